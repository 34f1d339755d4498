"""What all public ontologies can do. Knows how terms are found, and not where they come from."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import replace as replaced
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from lamindb import log
from lamindb.errors import InvalidSource, NoSuchColumn
from lamindb.text import messages
from lamindb.text.batch import as_list, unique_strings
from lamindb.text.inspection import compare
from lamindb.text.lookup import Lookup
from lamindb.text.synonyms import replace
from lnschema_bionty.public import places, sources, tables
from lnschema_bionty.public.columns import LIFE, ONTOLOGY_ID, PARENTS, SYNONYMS, columns_of, index_of
from lnschema_bionty.public.diffing import compare_frames, find_changes
from lnschema_bionty.public.examining import examine
from lnschema_bionty.public.parsing import pronto_module
from lnschema_bionty.public.prefixes import has_prefix
from lnschema_bionty.public.terms import Terms, taken

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

    from lamindb.text.inspection import InspectResult
    from lamindb.text.synonyms import Keep
    from lnschema_bionty.public.diffing import Changes
    from lnschema_bionty.public.examining import Examination
    from lnschema_bionty.public.source import Source

_HELP = """
📖 .df(): ontology reference table
🔎 .lookup(): autocompletion of terms
🎯 .search(): free text search of terms
✅ .validate(): strictly validate values
🧐 .inspect(): full inspection of values
👽 .standardize(): convert to standardized names
🪜 .diff(): difference between two versions
🔗 .ontology: Pronto.Ontology object"""


class BiontyField:
    """A column of a public ontology; prints as its name."""

    def __init__(self, parent: PublicOntology, name: str) -> None:
        self.parent = parent
        self.name = name

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__


class PublicOntology:
    """The terms of one entity in one release of a public ontology.

    A class of your own is the entity of its name; its sources are in your list of sources.

    Args:
        source: The ontology, such as ``"cl"``; by default the first one in use.
        version: The release; by default the one in use.
        species: The species, such as ``"human"``, where sources are of one species each.
        include_id_prefixes: Per ontology the prefixes of ids that count, as in ``{"cl": ["CL"]}``; by default all.

    Raises:
        NoSuchSource: There is no such source.
        TypeError: It is no entity.
    """

    entity: ClassVar[str]
    """What the terms are, such as ``CellType``."""
    default_species: ClassVar[str | None] = None
    """The species where none is named."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "entity") and not cls.__name__.startswith("_"):
            cls.entity = cls.__name__

    def __init__(
        self,
        source: str | None = None,
        version: str | None = None,
        species: str | None = None,
        *,
        include_id_prefixes: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        if not hasattr(type(self), "entity"):
            msg = "PublicOntology has no terms of its own: take CellType, Gene or another entity"
            raise TypeError(msg)
        self._source = sources.find(self.entity, species or self.default_species, source, version)
        self._prefixes = tuple((include_id_prefixes or {}).get(self._source.source, ()))

    # -- which release -----------------------------------------------------------------------------------------------

    @property
    def origin(self) -> Source:
        """The source of the terms, with its address, digests and licence."""
        return self._source

    @property
    def species(self) -> str:
        """The species that the terms are about, or ``all``."""
        return self._source.species

    @property
    def source(self) -> str:
        """The ontology, such as ``cl``."""
        return self._source.source

    @property
    def version(self) -> str:
        """The release of the ontology."""
        return self._source.version

    # -- the terms -----------------------------------------------------------------------------------------------------

    def table(self) -> pa.Table:
        """All terms, those that are obsolete included; read once in a process."""
        return self.terms.table

    @property
    def terms(self) -> Terms:
        """The terms, prepared for being found; read once in a process."""
        return self._chosen_terms if self._prefixes else tables.load(self._source)

    @cached_property
    def _chosen_terms(self) -> Terms:
        """The terms whose ids have one of the chosen prefixes."""
        table = tables.load(self._source).table
        return Terms(table.filter([has_prefix(one, self._prefixes) for one in table[ONTOLOGY_ID].to_pylist()]))

    def df(self) -> pd.DataFrame:
        """The terms in use as a frame; one of your own, to be changed at will."""
        frame: pd.DataFrame = self.terms.live.select(self._columns).to_pandas()
        index = index_of(self.entity)
        return frame.set_index(index) if index else frame

    def records(self, field: Any, values: Any) -> dict[str, list[dict[str, Any]]]:
        """The rows of values of a field, exactly; takes one pass over the table, whatever the number of values.

        Args:
            field: A column.
            values: What to look for; upper and lower case differ.

        Returns:
            Per value that is known its rows, those in use first, each with the names of columns as keys.
        """
        return self.terms.records(self._check(field), as_list(values))

    def closure(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The rows of ontology ids and of all their ancestors, by id; ids that aren't known are left out.

        Raises:
            NotImplementedError: The terms have no parents.
        """
        if PARENTS not in self._columns:
            msg = f"terms of {self.entity} have no parents"
            raise NotImplementedError(msg)
        return self.terms.closure(ids)

    # -- columns -------------------------------------------------------------------------------------------------------

    @property
    def _columns(self) -> list[str]:
        return [name for name in self.table().column_names if name not in LIFE]

    @property
    def fields(self) -> set[str]:
        """The names of the columns."""
        return set(self._columns)

    def __getattr__(self, name: str) -> BiontyField:
        if name.startswith("_") or "_source" not in vars(self) or name not in self._columns:
            msg = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(msg)
        return BiontyField(self, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *columns_of(self.entity)})

    def _check(self, field: Any, what: str = "field") -> str:
        """The name of a column.

        Raises:
            NoSuchColumn: There is no such column.
        """
        name = self._default_field if field is None else str(field)
        if name not in self._searchable:
            msg = f"{what} {name!r} is invalid! Available fields are: {self._searchable}"
            raise NoSuchColumn(msg)
        return name

    @property
    def _searchable(self) -> list[str]:
        """The names of the columns that values can be looked up in."""
        return [name for name in self._columns if name != PARENTS]

    def _existing(self, field: Any) -> str:
        """The name of a column to look values up in.

        Raises:
            NoSuchColumn: There is no such column.
        """
        if field is not None and str(field) not in self._columns:
            msg = f"No {field} column exists! Available fields are: {self._searchable}"
            raise NoSuchColumn(msg)
        return self._check(field)

    @property
    def _default_field(self) -> str:
        for name in ("name", "symbol"):
            if name in self._columns:
                return name
        msg = "Please specify a field!"
        raise ValueError(msg)

    # -- values against terms ------------------------------------------------------------------------------------------

    def inspect_values(self, values: Any, field: Any = None) -> InspectResult:
        """What is known of values, without a message: names in use, other casings and synonyms of them, the rest."""
        name = self._check(field)
        result = compare(values, lambda _: self.terms.values(name))
        if SYNONYMS not in self._columns or name == SYNONYMS:
            return result
        return replaced(result, synonyms_mapper=self.standards(result.non_validated, name))

    def standards(
        self,
        values: Collection[Any],
        field: Any = None,
        *,
        case_sensitive: bool = False,
        keep: Keep = "first",
        synonyms_field: Any = SYNONYMS,
    ) -> dict[str, Any]:
        """What values stand for that aren't terms in use themselves, without a message.

        Returns:
            Per value its standard; with ``keep=False`` a list where there are several.

        Raises:
            NoSuchColumn: There is no such column, or it is both that of names and that of synonyms.
        """
        name, synonyms = self._check(field), str(synonyms_field)
        if synonyms == name:
            msg = "synonyms_field must be different from field!"
            raise NoSuchColumn(msg)
        if synonyms not in self._columns and synonyms == SYNONYMS:
            return {}
        synonyms = self._check(synonyms, "synonyms_field")
        return self.terms.standards(unique_strings(values), name, synonyms, case_sensitive=case_sensitive, keep=keep)

    def validate(self, values: Any, field: Any = None, *, mute: bool = False) -> npt.NDArray[np.bool_]:
        """Tell which values are terms in use, exactly.

        Args:
            values: One value or several.
            field: The column that has the valid values; by default names or symbols.
            mute: Show no messages.

        Raises:
            NoSuchColumn: There is no such column.
        """
        name = self._check(field)
        result = compare(values, lambda _: self.terms.values(name))
        with log.silent_if(mute):
            messages.show(messages.about_validation(result, name))
        return result.is_validated

    def inspect(
        self,
        values: Any,
        field: Any = None,
        *,
        mute: bool = False,
        return_df: bool = False,
        inspect_synonyms: bool = True,
        logging: bool = True,
    ) -> InspectResult | pd.DataFrame:
        """Tell what is known of values: terms in use, synonyms, others.

        Args:
            values: One value or several.
            field: The column that has the valid values; by default names or symbols.
            mute: Show no messages.
            return_df: Return the frame of the result.
            inspect_synonyms: Say which values are synonyms.
            logging: The older form of ``mute``.

        Raises:
            NoSuchColumn: There is no such column.
        """
        result = self.inspect_values(values, field)
        with log.silent_if(mute or not logging):
            messages.show(messages.about_validation(result, self._check(field)))
            messages.show(messages.about_synonyms(result.synonyms_mapper) if inspect_synonyms else [])
        return result.df if return_df else result

    def standardize(
        self,
        values: Any,
        field: Any = None,
        *,
        return_mapper: bool = False,
        case_sensitive: bool = False,
        mute: bool = False,
        keep: Keep = "first",
        synonyms_field: Any = SYNONYMS,
    ) -> Any:
        """Replace synonyms, and other casings of names, by the names they stand for.

        Args:
            values: The values.
            field: The column that has the standard names; by default names or symbols.
            return_mapper: Return ``{value: standard name}`` of the values that change.
            case_sensitive: Tell upper from lower case.
            mute: Show no messages.
            keep: For a synonym of several terms, the ``"first"``, the ``"last"``, or ``False`` for a list of all.
            synonyms_field: The column with the synonyms.

        Returns:
            A list of the length and order of the values, or the mapper.

        Raises:
            NoSuchColumn: There is no such column, or it is both that of names and that of synonyms.
        """
        name, listed = self._check(field), as_list(values)
        strings = unique_strings(listed)
        mapper = self.standards(strings, name, case_sensitive=case_sensitive, keep=keep, synonyms_field=synonyms_field)
        known = len(self.terms.values(name).intersection(strings)) + len(mapper)
        with log.silent_if(mute):
            said = messages.about_lists(as_mapper=return_mapper) if keep is False else []
            messages.show(messages.about_standardization(known, len(strings)) + said)
        return mapper if return_mapper else replace(listed, mapper)

    def examine(self, values: Any, field: Any = None) -> Examination:
        """Tell what mixed values are: names, synonyms, ids, obsolete terms, terms of other species.

        Takes names and ids of all kinds, ids with versions too, and says of each value what it is. A standard is given
        only where there is no doubt: not for synonyms that terms share, and not for terms of other species.

        Args:
            values: One value or several; empty ones are left out.
            field: The column that has the standards; by default names or symbols.

        Returns:
            One finding per value, with ``.standards``, ``.of(kind)`` and ``.df``.

        Raises:
            NoSuchColumn: There is no such column.
        """
        name = self._check(field)
        others = [one for one in sources.current() if one.entity == self.entity and one.species != self.species]
        here = {one.species: tables.load(one) for one in others if self.default_species and places.is_at_hand(one)}
        return examine(self.terms, unique_strings(as_list(values)), name, self._default_field, here)

    def map_synonyms(self, values: Any, **options: Any) -> Any:
        """The former name of :meth:`standardize`."""
        log.warning("`map_synonyms()` is deprecated, use `.standardize()`!'")
        return self.standardize(values, **options)

    # -- terms by words ------------------------------------------------------------------------------------------------

    def lookup(self, field: Any = None) -> Lookup:
        """An object with one attribute per term in use, for auto-completion: ``lookup.t_cell.ontology_id``.

        Raises:
            NoSuchColumn: There is no such column.
        """
        return Lookup(self.terms.entries(self._existing(field)), load=self._tuples, prefix="bt_")

    def _tuples(self, numbers: Sequence[int]) -> dict[int, Any]:
        names, make = self.table().column_names, self._tuple_class
        chosen = [names.index(name) for name in make._fields]
        rows = self.terms.rows(numbers)
        return {number: make(*(row[i] for i in chosen)) for number, row in zip(numbers, rows, strict=True)}

    @cached_property
    def _tuple_class(self) -> Any:
        """The class of terms in lookups: it knows the source that they come from."""
        base: Any = namedtuple(self.entity, self._columns)  # type: ignore[misc]  # noqa: PYI024 - columns of a file
        return type(self.entity, (base,), {"__slots__": (), "_source": self._source})

    def search(
        self,
        string: str,
        *,
        field: Any = None,
        limit: int | None = None,
        case_sensitive: bool = False,
        synonyms_field: Any = SYNONYMS,
    ) -> pd.DataFrame:
        """Search terms in use by words, also misspelt ones.

        Scores are those of ``rapidfuzz.fuzz.WRatio``; a term scores as the best of its name and synonyms does.

        Args:
            string: What to look for.
            field: The column to search; by default names or symbols.
            limit: How many terms to return at most; all by default.
            case_sensitive: Tell upper from lower case.
            synonyms_field: The column with further names; None to leave them out.

        Returns:
            The terms, best first, with the searched column as the index and scores (0 to 100) in ``__ratio__``.

        Raises:
            NoSuchColumn: There is no such column.
        """
        name = self._existing(field)
        synonyms = str(synonyms_field) if synonyms_field is not None else None
        if synonyms == name:
            log.warning("Input field is the same as synonyms field, skipping synonyms matching")
        if synonyms == name or synonyms not in self._columns:
            synonyms = None
        hits = self.terms.search(string, name, synonyms, limit=limit, case_sensitive=case_sensitive)
        numbers = [number for number, _ in hits]
        frame: pd.DataFrame = taken(self.terms.live.select(self._columns), numbers).to_pandas()
        frame["__ratio__"] = [score for _, score in hits]
        return frame.set_index(name)

    # -- releases ------------------------------------------------------------------------------------------------------

    def diff(self, other: PublicOntology, **options: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Compare with another release; see :func:`lnschema_bionty.public.diffing.compare` for the counts.

        Args:
            other: The same ontology in another version.
            **options: Arguments for ``pandas.DataFrame.compare``.

        Returns:
            The rows that only one of the two has, and the values of terms that both have but that differ.

        Raises:
            InvalidSource: It is another entity or source, or the same version.
        """
        self._check_comparable(other)
        return compare_frames(self.df(), other.df(), **options)

    def changes(self, other: PublicOntology) -> Changes:
        """What happened to the terms from this release to another one: added, removed, renamed, merged, moved.

        Raises:
            InvalidSource: It is another entity or source, or the same version.
        """
        self._check_comparable(other)
        return find_changes(self.terms, other.terms)

    def _check_comparable(self, other: PublicOntology) -> None:
        if type(self) is not type(other):
            msg = "Both Bionty objects must be of the same class."
        elif self.source != other.source:
            msg = "Both Bionty objects must use the same source."
        elif self.version == other.version:
            msg = "The versions of the Bionty objects must differ."
        else:
            return
        raise InvalidSource(msg)

    @cached_property
    def ontology(self) -> Any:
        """The ontology as an object of pronto; None where there is none.

        Raises:
            MissingExtra: Pronto isn't installed.
        """
        if PARENTS not in self._columns:
            log.error(f"{self.entity} has no Pronto Ontology object!")
            return None
        return pronto_module().of_rows(self.table().to_pylist())

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}\nSpecies: {self.species}\nSource: {self.source}, {self.version}\n"
            f"#terms: {self._number_of_terms()}\n{_HELP}"
        )

    def _number_of_terms(self) -> str:
        """How many terms are in use, as shown to people; nothing is fetched for that."""
        return str(self.terms.live.num_rows) if places.is_at_hand(self._source) else "known once they are fetched"

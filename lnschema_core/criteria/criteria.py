"""Criteria for whole tables, as users get them: ``ln.Criteria``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import InvalidCriteria
from lamindb.text.joined import split
from lnschema_core.annotation.features import members_of
from lnschema_core.criteria import documents, mending, saving
from lnschema_core.criteria.criterion import Criterion
from lnschema_core.criteria.inspecting import examine
from lnschema_core.criteria.kinds import kind_of_feature
from lnschema_core.criteria.stored import COLUMNS, OBS, VAR
from lnschema_core.models import Feature, FeatureSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Self

    from lamindb.types import PathLike
    from lnschema_core.criteria.report import CriteriaReport
    from lnschema_core.models import Dataset, File, Registry, Run


class Criteria:
    """What is expected of a table: a criterion per column.

    Args:
        columns: Criteria for the columns of frames: a list of ``ln.Criterion(…)``, or a mapping of names of columns to
            criteria, to their arguments, to a type, or to a registry.
        obs: Criteria for ``obs`` of AnnData objects.
        var: Criteria for ``var`` of AnnData objects; ``"index"`` stands for the names of variables.
        slots: Criteria for further frames, such as ``{"rna/var": […]}`` of MuData objects.
        allow_others: Whether there may be columns for which there are no criteria.
        x_finite: Whether all values of ``X`` have to be finite. Reads all of it, block by block.
        x_integer: Whether all values of ``X`` have to be whole numbers, as counts are. Reads all of it, block by block.
        x_minimum: The least value of ``X``, such as 0 for counts. Reads all of it, block by block.

    Raises:
        InvalidCriteria: There are none, or two for a column.

    Examples:
        >>> criteria = ln.Criteria({
        ...     "cell_type": ln.ULabel,
        ...     "age": ln.Criterion("age", "number", minimum=0, maximum=120, nullable=True),
        ... })
        >>> criteria.inspect(df)
    """

    def __init__(
        self,
        columns: Any = None,
        *,
        obs: Any = None,
        var: Any = None,
        slots: Mapping[str, Any] | None = None,
        allow_others: bool = True,
        x_finite: bool = False,
        x_integer: bool = False,
        x_minimum: float | None = None,
    ) -> None:
        given = {COLUMNS: columns, OBS: obs, VAR: var, **(slots or {})}
        self.slots: dict[str, dict[str, Criterion]] = {
            slot: documents.criteria_of(some) for slot, some in given.items() if some is not None
        }
        """The criteria of each frame, by column."""
        self.allow_others = allow_others
        self.x_finite = x_finite
        self.x_integer = x_integer
        self.x_minimum = x_minimum
        if not len(self):
            msg = "there are no criteria: pass a list of ln.Criterion(…), or obs=[…] and var=[…] for AnnData objects"
            raise InvalidCriteria(msg)

    @classmethod
    def from_features(
        cls,
        features: FeatureSet | Iterable[Feature],
        *,
        required: bool = True,
        nullable: bool = False,
        allow_others: bool = True,
    ) -> Self:
        """Expect columns as registered features describe them: by name, type, registries and unit.

        Args:
            features: Features, or a feature set of features.
            required: Whether all of them have to be there.
            nullable: Whether values may be missing.
            allow_others: Whether there may be other columns.

        Raises:
            InvalidCriteria: They aren't features, but for instance genes.
        """
        members = members_of(features) if isinstance(features, FeatureSet) else features
        criteria = []
        for feature in _checked_features(members):
            kind = kind_of_feature(feature.type)
            registry = split(feature.registries) if kind in ("category", "text", "any") else None
            criterion = Criterion(
                feature.name, kind, registry or None, required=required, nullable=nullable, unit=feature.unit
            )
            criteria.append(criterion)
        return cls(criteria, allow_others=allow_others)

    # -- as plain values and files ------------------------------------------------------------------------------------

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Make criteria of plain values, as of :meth:`to_dict`.

        Raises:
            InvalidCriteria: They stand for none.

        Examples:
            >>> ln.Criteria.from_dict({"columns": {"cell_type": {"registry": "core.ULabel"}}})
        """
        return cls(**documents.arguments_of(document))

    def to_dict(self) -> dict[str, Any]:
        """The criteria as plain values, with registries by name."""
        return documents.as_dict(self)

    @classmethod
    def from_file(cls, path: PathLike) -> Self:
        """Read criteria from a file: JSON, TOML, or YAML where PyYAML is installed.

        Raises:
            InvalidCriteria: They can't be understood.
        """
        return cls.from_dict(documents.read(Path(str(path))))

    def to_file(self, path: PathLike) -> None:
        """Write the criteria to a file: JSON, or YAML where PyYAML is installed."""
        documents.write(self.to_dict(), Path(str(path)))

    # -- verbs --------------------------------------------------------------------------------------------------------

    def inspect(self, data: Any) -> CriteriaReport:
        """Hold data to the criteria, and report all that fails.

        Args:
            data: A frame, an Arrow table, an AnnData or MuData object, the path of any of them, or a file or dataset. Parquet,
                CSV and AnnData files are read piece by piece, and only the columns that are asked for.

        Returns:
            A report with one entry per different failing value; ``report.ok`` tells whether there is none.

        Raises:
            InvalidCriteria: The criteria are for another kind of data, or name a registry that isn't mounted.
            TypeError: The data are no table.
            UnreadableData: A file isn't what its suffix says.
        """
        return examine(self, data).report

    def validate(self, data: Any, *, mute: bool = False) -> bool:
        """Whether data meet the criteria; what fails is said, also what is tolerated.

        Args:
            data: What to check, see :meth:`inspect`.
            mute: Show no messages.
        """
        report = self.inspect(data)
        with log.silent_if(mute):
            if report.failures:
                log.warning("\n".join(report.lines()))
            else:
                log.success(report.summary())
        return report.ok

    def standardize(self, data: Any, *, typos: bool = False, to: PathLike | None = None) -> Any:
        """Apply the mends that suggest themselves to a copy of the data.

        Synonyms, casing and white space are replaced by the registered names, texts become numbers, truths or times where
        nothing is lost, and columns get their expected names.

        Args:
            data: What to mend, see :meth:`inspect`; left as it is.
            typos: Also mend what is probably a typo; look at the report before.
            to: Write the mended data to this path instead of returning them; files are then read piece by piece.

        Returns:
            The mended data in the form in which they were passed, those of files as they are loaded; the path if ``to`` is
            passed. AnnData objects have ``obs`` and ``var`` of their own, but the same ``X``.
        """
        return mending.standardize(self, data, typos=typos, to=to)

    def save(
        self,
        data: Any,
        *,
        kind: type[File | Dataset] | None = None,
        key: str | None = None,
        name: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        version: str | None = None,
        is_new_version_of: File | Dataset | None = None,
    ) -> Any:
        """Save data that meet the criteria, with their features and labels: all in one transaction, or nothing.

        Features that aren't registered yet are, with their types, registries and units. Values of columns with a registry
        become labels under the feature of the column.

        Args:
            data: What to save, see :meth:`inspect`. Records that are saved already are annotated.
            kind: ``ln.File`` or ``ln.Dataset``; by default a dataset if there is a name, else a file.
            key: The key of a file.
            name: The name of a dataset.
            description: A description.
            run: The run that makes the record; by default the current one.
            version: A version.
            is_new_version_of: The previous version.

        Returns:
            The saved record.

        Raises:
            CriteriaNotMet: The data don't meet the criteria; ``error.report`` has all that fails, and nothing was written.
        """
        arguments = {
            "key": key,
            "name": name,
            "description": description,
            "run": run,
            "version": version,
            "is_new_version_of": is_new_version_of,
        }
        given = {argument: value for argument, value in arguments.items() if value is not None}
        return saving.save(self, data, kind, given)

    def save_features(self) -> list[Feature]:
        """Save the features that the criteria describe, as far as they aren't registered yet.

        Returns:
            All features, in the order of the criteria. Of those that are registered already, types and units stay.
        """
        return saving.save_features(self)

    def register(self, data: Any) -> list[Registry]:
        """Save records for those values that aren't registered, but are known to the public reference of a registry.

        Returns:
            The new records.
        """
        return saving.register(self, data)

    # -- as a collection ----------------------------------------------------------------------------------------------

    @property
    def checks_matrix(self) -> bool:
        """Whether ``X`` is to be read."""
        return self._n_of_matrix > 0

    @property
    def _n_of_matrix(self) -> int:
        """How many criteria there are for ``X``."""
        return self.x_finite + self.x_integer + (self.x_minimum is not None)

    def all(self) -> Iterator[Criterion]:
        """All criteria, slot by slot."""
        return (criterion for expected in self.slots.values() for criterion in expected.values())

    def __len__(self) -> int:
        return sum(map(len, self.slots.values())) + self._n_of_matrix

    def __getitem__(self, name: str) -> Criterion:
        """The criterion for a column, of the first slot that has one."""
        for expected in self.slots.values():
            if name in expected:
                return expected[name]
        raise KeyError(name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Criteria) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment] # like a dictionary

    def __repr__(self) -> str:
        lines = [f"  {slot}: {criterion!r}" for slot, some in self.slots.items() for criterion in some.values()]
        document = self.to_dict()
        settings = [
            f"  {name}: {document[name]}"
            for name in ("allow_others", "x_finite", "x_integer", "x_minimum")
            if name in document
        ]
        return "\n".join(["Criteria:", *lines, *settings])


def _checked_features(features: Any) -> list[Feature]:
    records = list(features)
    strangers = [record for record in records if not isinstance(record, Feature)]
    if strangers or not records:
        what = f"not of {strangers[0]!r:.80}" if strangers else "but there are none"
        msg = (
            f"criteria are made of features, {what}. What is registered elsewhere, such as genes, is expected with "
            "var=[ln.Criterion('index', registry=…)]"
        )
        raise InvalidCriteria(msg)
    return records

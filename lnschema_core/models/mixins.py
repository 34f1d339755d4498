"""What several registries can do: validate values, have parents, be data.

Plain classes whose path is ``lnschema_core.models``: migrations of plug-ins name them among the bases of registries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from lamindb.text.inspection import InspectResult
    from lamindb.text.synonyms import Keep
    from lamindb.types import ListLike, StrField
    from lnschema_core.annotation.features import FeatureManager
    from lnschema_core.annotation.labels import LabelManager
    from lnschema_core.models import Feature
    from lnschema_core.models.registry import Registry
    from lnschema_core.pictures.drawing import Drawing
    from lnschema_core.query import QuerySet


class CanValidate:
    """A registry against which values can be validated and standardized."""

    __module__ = "lnschema_core.models"

    @classmethod
    def validate(
        cls, values: ListLike | str, field: StrField | None = None, *, mute: bool = False, **kwargs: Any
    ) -> np.ndarray[Any, Any] | np.bool_:
        """Which values are values of a field of the registry; exact and case-sensitive.

        Args:
            values: The values to validate.
            field: The field that has the valid values; by default the string field of the registry.
            mute: Show no messages.
            **kwargs: Further conditions on records.

        Returns:
            One boolean per value; for a single string one boolean.

        Examples:
            >>> ln.ULabel.validate(["study 1", "study x"])
            array([ True, False])
        """
        registry: Any = cls
        validated: np.ndarray[Any, Any] | np.bool_ = registry.filter().validate(values, field, mute=mute, **kwargs)
        return validated

    @classmethod
    def inspect(
        cls, values: ListLike | str, field: StrField | None = None, *, mute: bool = False, **kwargs: Any
    ) -> InspectResult | pd.DataFrame:
        """What the registry knows of values: validated ones, synonyms, others.

        Args:
            values: The values to inspect.
            field: The field that has the valid values; by default the string field of the registry.
            mute: Show no messages.
            **kwargs: Further conditions on records.
        """
        registry: Any = cls
        result: InspectResult | pd.DataFrame = registry.filter().inspect(values, field, mute=mute, **kwargs)
        return result

    @classmethod
    def standardize(
        cls,
        values: ListLike | str,
        field: StrField | None = None,
        *,
        return_mapper: bool = False,
        case_sensitive: bool = False,
        mute: bool = False,
        bionty_aware: bool = True,
        keep: Keep = "first",
        synonyms_field: str = "synonyms",
        **kwargs: Any,
    ) -> Any:
        """Replace synonyms by the names they stand for.

        Args:
            values: The values to standardize.
            field: The field that has the standard names; by default the string field of the registry.
            return_mapper: Return ``{value: standard name}`` of the values that change, rather than all values.
            case_sensitive: Tell upper from lower case.
            mute: Show no messages.
            bionty_aware: Also look into the public reference of the registry.
            keep: For a synonym of several records, the ``"first"``, the ``"last"``, or ``False`` for a list of all.
            synonyms_field: The field with the synonyms.
            **kwargs: Further conditions on records.

        Returns:
            A list of the length and order of ``values``, a string for a string, or the mapper.
        """
        return cls.filter().standardize(  # type: ignore[attr-defined]
            values,
            field,
            return_mapper=return_mapper,
            case_sensitive=case_sensitive,
            mute=mute,
            bionty_aware=bionty_aware,
            keep=keep,
            synonyms_field=synonyms_field,
            **kwargs,
        )

    @classmethod
    def map_synonyms(
        cls,
        synonyms: ListLike | str,
        *,
        return_mapper: bool = False,
        case_sensitive: bool = False,
        keep: Keep = "first",
        synonyms_field: str = "synonyms",
        field: StrField | None = None,
        **kwargs: Any,
    ) -> Any:
        """Replace synonyms by the names they stand for (deprecated: use :meth:`standardize`)."""
        return cls.filter().map_synonyms(  # type: ignore[attr-defined]
            synonyms,
            return_mapper=return_mapper,
            case_sensitive=case_sensitive,
            keep=keep,
            synonyms_field=synonyms_field,
            field=field,
            **kwargs,
        )

    def add_synonym(self, synonym: str | ListLike, force: bool = False, save: bool | None = None) -> None:  # noqa: FBT001, FBT002 - the API of 0.54
        """Add synonyms to the record.

        Args:
            synonym: One synonym or several.
            force: Add it even if it is a synonym of another record.
            save: Save the record; by default if it is in the database already.

        Raises:
            NotImplementedError: The registry has no synonyms.
            SynonymConflict: Another record has the synonym.
        """
        from lnschema_core.curation.synonym_editing import add_synonym

        add_synonym(self, synonym, force=force, save=save)  # type: ignore[arg-type]

    def remove_synonym(self, synonym: str | ListLike) -> None:
        """Remove synonyms from the record."""
        from lnschema_core.curation.synonym_editing import remove_synonym

        remove_synonym(self, synonym)  # type: ignore[arg-type]

    def set_abbr(self, value: str) -> None:
        """Set the abbreviation of the record, and add it to the synonyms."""
        from lnschema_core.curation.synonym_editing import set_abbr

        set_abbr(self, value)  # type: ignore[arg-type]


class HasParents:
    """A registry whose records have parents."""

    __module__ = "lnschema_core.models"

    def with_ancestors(self) -> QuerySet[Any]:
        """The record and all above it: parents, their parents, and so on.

        Returns:
            A query set, evaluated when needed: one recursive statement, however many generations there are.

        Raises:
            NotImplementedError: Records of this registry have no parents.
        """
        return self._itself().with_ancestors()

    def with_descendants(self) -> QuerySet[Any]:
        """The record and all below it: "this term, or a more special one".

        Returns:
            A query set, evaluated when needed: one recursive statement, however many generations there are. It can be a
            condition on files and datasets.

        Raises:
            NotImplementedError: Records of this registry have no parents.

        Examples:
            >>> study = ln.ULabel.filter(name="is_study").one()
            >>> ln.File.filter(ulabels__in=study.with_descendants()).distinct().df()
        """
        return self._itself().with_descendants()

    def ancestors(self) -> QuerySet[Any]:
        """All above the record, without itself; see :meth:`with_ancestors`."""
        return self.with_ancestors().exclude(pk=self._key)

    def descendants(self) -> QuerySet[Any]:
        """All below the record, without itself; see :meth:`with_descendants`."""
        return self.with_descendants().exclude(pk=self._key)

    def _itself(self) -> QuerySet[Any]:
        registry: Any = type(self)
        itself: QuerySet[Any] = registry.filter(pk=self._key)
        return itself

    @property
    def _key(self) -> Any:
        return self.pk  # type: ignore[attr-defined] # a registry is a model

    def view_parents(self, field: StrField | None = None, with_children: bool = False, distance: int = 5) -> Any:  # noqa: FBT001, FBT002 - the API of 0.54
        """Draw the record among its parents.

        Args:
            field: The field to show; by default the string field of the registry.
            with_children: Show children, too.
            distance: How many generations to go.

        Returns:
            The graph, a ``graphviz.Digraph``; in a notebook it is displayed.

        Raises:
            NotImplementedError: Records of this registry have no parents.
            TypeError: The distance is no number.
        """
        from lnschema_core.graphs import view_parents

        return view_parents(self, field, with_children=with_children, distance=distance)  # type: ignore[arg-type]


class Data:
    """A registry of data: files and datasets."""

    __module__ = "lnschema_core.models"

    @property
    def features(self) -> FeatureManager:
        """The features that the data measures, by slot."""
        from lnschema_core.annotation.features import FeatureManager

        return FeatureManager(self)  # type: ignore[arg-type]

    @property
    def labels(self) -> LabelManager:
        """The labels of the data, by feature."""
        from lnschema_core.annotation.labels import LabelManager

        return LabelManager(self)  # type: ignore[arg-type]

    @classmethod
    def filter_by_label(cls, labels: Registry | ListLike | str, feature: Feature) -> QuerySet[Any]:
        """Query the data with a label under a feature, such as the files whose column ``cell_type`` holds it.

        Args:
            labels: A label or several of which any counts: records, or names in the registries of the feature.
            feature: What the label is a value of.

        Returns:
            A query set, evaluated when needed.

        Raises:
            KeyError: Records of this registry can't be labels.
            TypeError: A label is neither a record nor a string, or the feature is no feature.
            ValidationError: A label or the feature isn't saved.
            ValueError: A label is missing.

        Examples:
            >>> cell_type = ln.Feature.filter(name="cell_type").one()
            >>> ln.File.filter_by_label("T cell", cell_type).df()
            >>> ln.File.filter(suffix=".h5ad").filter_by_label("lung", tissue).filter_by_label("T cell", cell_type)
        """
        registry: Any = cls
        found: QuerySet[Any] = registry.filter().filter_by_label(labels, feature)
        return found

    def describe(self) -> None:
        """Print where the data comes from, what it measures and how it is labelled."""
        from lnschema_core.annotation.describe import describe

        log.plain(describe(self))  # type: ignore[arg-type]

    def view_flow(
        self,
        with_children: bool = True,  # noqa: FBT001, FBT002 - the API of 0.54
        *,
        depth: int | None = None,
        cluster: bool = True,
    ) -> Drawing:
        """Draw the flow of data through runs that this data is part of; what is stale says so.

        Args:
            with_children: Show what was made from the data, too.
            depth: How many runs to go in each direction; by default all.
            cluster: Show more than five siblings as one.

        Returns:
            The graph, a ``graphviz.Digraph``; in a notebook it is displayed. ``.df()``, ``.mermaid()`` and ``.networkx()`` have
            it in other forms.

        Raises:
            TypeError: The depth is no number.
            ValueError: The record was deleted.
        """
        from lnschema_core.graphs import view_flow

        return view_flow(self, with_children=with_children, depth=depth, cluster=cluster)  # type: ignore[arg-type]

    def _repr_html_(self) -> str:
        from lnschema_core.annotation.describe import describe_html

        return describe_html(self)  # type: ignore[arg-type]

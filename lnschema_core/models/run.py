"""The registry of runs: executions of transforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from lamindb import log
from lamindb.errors import NotRecords
from lnschema_core import ids
from lnschema_core.history import executions
from lnschema_core.models.registry import Registry
from lnschema_core.models.transform import Transform
from lnschema_core.models.user import User
from lnschema_core.rows.storable import refuse_deleted
from lnschema_core.users import current_user_id

if TYPE_CHECKING:
    from datetime import datetime

    from lnschema_core.models.file import File
    from lnschema_core.pictures.drawing import Drawing


class Run(Registry):
    """Runs: executions of transforms.

    Args:
        transform: The transform that is run; has to be saved.
        reference: An external reference, such as the id of a workflow run.
        reference_type: What kind of reference.

    Raises:
        TypeError: No transform is passed, or something else.
        ValueError: The transform isn't saved, or an argument isn't known.
    """

    default_field = "created_at"
    search_fields = ("reference",)

    id = models.CharField(max_length=20, default=ids.base62_20, primary_key=True)
    """Universal id, valid across instances."""
    transform = models.ForeignKey(Transform, models.CASCADE, related_name="runs")
    """What was run."""
    run_at = models.DateTimeField(db_index=True, auto_now_add=True)
    """When it was last run."""
    created_by = models.ForeignKey(User, models.CASCADE, default=current_user_id, related_name="created_runs")
    """Who ran it."""
    reference = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """External reference, such as the id of a workflow run."""
    reference_type = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """What kind of reference it is."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if len(args) == 1:
            kwargs["transform"], args = args[0], ()
        elif args and len(args) != len(self._meta.concrete_fields):
            msg = "Only one non-keyword arg allowed: transform"
            raise ValueError(msg)
        super().__init__(*args, **kwargs)

    def _construct(self, fields: dict[str, Any]) -> None:
        unknown = sorted(fields.keys() - {"transform", "reference", "reference_type", "id"})
        if unknown:
            msg = f"Only transform, reference, reference_type can be passed, you passed: {unknown}"
            raise ValueError(msg)
        transform = fields.get("transform")
        if transform is None:
            msg = "Pass transform parameter"
            raise TypeError(msg)
        if not isinstance(transform, Transform):
            msg = f"a run is one of a Transform record, not of {transform!r:.80}"
            raise NotRecords(msg)
        refuse_deleted(transform)
        if transform._state.adding:
            msg = "Please save transform record before creating a run"
            raise ValueError(msg)
        super()._construct(fields)

    # -- how it went --------------------------------------------------------------------------------------------------

    @property
    def status(self) -> str | None:
        """``running``, ``completed``, ``failed``, ``interrupted`` or ``lost``; ``None`` if nobody recorded it."""
        execution = executions.execution_of(self)
        return None if execution is None else executions.status_of(execution)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; ``None`` if it runs, or if nobody recorded it."""
        execution = executions.execution_of(self)
        return None if execution is None else execution.ended_at

    @property
    def params(self) -> dict[str, Any]:
        """Its parameters by name, without secrets."""
        execution = executions.execution_of(self)
        return {} if execution is None else dict(execution.params or {})

    @property
    def parent(self) -> Run | None:
        """The run that this one is a step of."""
        execution = executions.execution_of(self)
        parent_id = None if execution is None else execution.parent_id
        return None if parent_id is None else Run.filter(pk=parent_id).one_or_none()

    @property
    def source(self) -> File | None:
        """The source code that ran, a file that lists of files leave out."""
        return executions.captured_file(self, "source")

    @property
    def modules(self) -> File | None:
        """The modules beside the script or notebook that it imported, a file that lists of files leave out."""
        return executions.captured_file(self, "modules")

    @property
    def environment(self) -> File | None:
        """The installed distributions with their versions, a file that lists of files leave out."""
        return executions.captured_file(self, "environment")

    @property
    def report(self) -> File | None:
        """The notebook with its outputs, a file that lists of files leave out."""
        return executions.captured_file(self, "report")

    def view_flow(self, *, with_children: bool = True, depth: int | None = None, cluster: bool = True) -> Drawing:
        """Draw the flow of data that the run is part of; what is stale says so.

        Args:
            with_children: Show what was made from its outputs, too.
            depth: How many runs to go in each direction; by default all.
            cluster: Show more than five siblings as one.

        Raises:
            TypeError: The depth is no number.
            ValueError: The run was deleted.
        """
        from lnschema_core.graphs import view_flow

        return view_flow(self, with_children=with_children, depth=depth, cluster=cluster)

    def describe(self) -> None:
        """Print all that is known of the run."""
        from lnschema_core.history.run_facts import describe

        log.plain(describe(self))

    def _repr_html_(self) -> str:
        from lnschema_core.history.run_facts import describe_html

        return super()._repr_html_() if self._state.adding else describe_html(self)

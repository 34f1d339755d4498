"""The table of executions: how runs went, beside the registry of runs, whose columns are those of 0.54."""

from __future__ import annotations

from django.db import models

from lnschema_core.models.file import File
from lnschema_core.models.registry import LinkORM, Registry
from lnschema_core.models.run import Run


class Execution(Registry, LinkORM):
    """How a run went: when it ended and how, with which parameters, where, from which source and in which environment.

    What it refers to may be deleted at no cost: then the id leads nowhere.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.OneToOneField(Run, models.CASCADE, related_name="execution")
    """The run."""
    parent = models.ForeignKey(
        Run, models.DO_NOTHING, db_constraint=False, null=True, default=None, related_name="steps"
    )
    """The run that this one is a step of, for seeing what ran within what."""
    status = models.CharField(max_length=16, db_index=True, default="running")
    """``running``, ``completed``, ``failed`` or ``interrupted``; of a process that is gone without a word ``running`` is stale."""
    ended_at = models.DateTimeField(null=True, default=None, db_index=True)
    """When it ended; ``None`` as long as it runs."""
    params = models.JSONField(null=True, default=None)
    """Its parameters by name, without secrets, for telling runs apart."""
    arguments = models.JSONField(null=True, default=None)
    """The arguments on the command line, without secrets, for running it again."""
    host = models.CharField(max_length=255, null=True, default=None)
    """The name of the machine, for knowing where it ran."""
    process = models.CharField(max_length=64, null=True, default=None)
    """The process on that machine, for noticing that it is gone."""
    python = models.CharField(max_length=32, null=True, default=None)
    """The version of Python, for making the same environment again."""
    git_commit = models.CharField(max_length=64, null=True, default=None, db_index=True)
    """The commit of the git repository that the code is in, for finding the code that it uses."""
    git_is_dirty = models.BooleanField(null=True, default=None)
    """Whether the repository had changes that weren't committed; ``None`` if that isn't known."""
    error = models.TextField(null=True, default=None)
    """What went wrong, without secrets, for seeing why it failed."""
    source = models.ForeignKey(File, models.DO_NOTHING, db_constraint=False, null=True, default=None, related_name="+")
    """The source code of the script or notebook, for seeing and running it again."""
    modules = models.ForeignKey(File, models.DO_NOTHING, db_constraint=False, null=True, default=None, related_name="+")
    """The modules beside the script or notebook that it imported, for running it again."""
    environment = models.ForeignKey(
        File, models.DO_NOTHING, db_constraint=False, null=True, default=None, related_name="+"
    )
    """The installed distributions with their versions, for making the same environment again."""
    report = models.ForeignKey(File, models.DO_NOTHING, db_constraint=False, null=True, default=None, related_name="+")
    """The notebook with its outputs when the run ended, for reading."""

    class Meta:
        # Of the foreign key alone SQLite knows, after ANALYZE, that most runs are a step of the same run, which is none: it would read all.
        indexes = (
            models.Index(fields=["parent", "run"], name="steps_of_run", condition=models.Q(parent__isnull=False)),
        )

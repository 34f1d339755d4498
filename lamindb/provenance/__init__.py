"""Where results come from: the current run, and the notebook or script that it runs.

=====================  ==========================================================================
:mod:`.context`        ``ln.track()`` and ``ln.run_context``
:mod:`.recognition`    which transform a notebook or script is
:mod:`.notebooks`      notebooks: what identifies them; ``lamin track``
:mod:`.notebook_file`  the file of a notebook: metadata, title, code
:mod:`.finding`        which notebook this kernel runs
:mod:`.frontend`       the IPython session of this process
:mod:`.editors`        editors that have a notebook open
:mod:`.scripts`        which script this process runs, and what identifies it
:mod:`.repositories`   the git repository of a file
:mod:`.imports`        which distributions code imports, in which versions
:mod:`.identity`       ids of transforms that are made rather than drawn
:mod:`.asking`         questions to the user, where there is one
:mod:`.recording`      how runs go, in the database
:mod:`.steps`          functions and blocks that are runs of their own
:mod:`.addresses`      which file is meant by ``lamin://…``
:mod:`.filesystem`     reading ``lamin://…`` through fsspec
:mod:`.comparing`      why two results differ
:mod:`.replaying`      running a run again
:mod:`.scratch`        the scratch instance in which it runs
:mod:`.recreating`     the environment in which it ran
:mod:`.likeness`       whether two results are the same up to rounding
:mod:`.events`         OpenLineage events of runs
:mod:`.exports`        histories in the forms of public standards
:mod:`.ending`         runs that this process has begun and has to end
:mod:`.terminating`    a last word of processes that are asked to end
:mod:`.going_on`       what could not be recorded is said once, and the user's work goes on
:mod:`.keeping`        captured texts as files of the instance
:mod:`.sources`        source code without secrets
:mod:`.environment`    installed distributions
:mod:`.parameters`     parameters without secrets
:mod:`.reports`        notebooks with their outputs
:mod:`.shown`          what cells of a notebook have shown
=====================  ==========================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door

_NAMES = {
    "finish": "lamindb.provenance.context:finish",
    "step": "lamindb.provenance.steps:step",
    "track": "lamindb.provenance.context:track",
    "run_context": "lamindb.provenance.context:run_context",
}

__getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lamindb.provenance.context import finish, run_context, track
    from lamindb.provenance.steps import step

__all__ = ["finish", "run_context", "step", "track"]

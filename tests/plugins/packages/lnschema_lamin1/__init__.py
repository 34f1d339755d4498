"""Schema of a wet lab, in the shape that packages for 0.54 have: the gate is asked when the package is imported."""

_schema_id = "tvhn"
_name = "lamin1"
__version__ = "0.23.1"

from lamindb_setup import _check_instance_setup

if _check_instance_setup():
    from .models import (
        Biosample,
        Experiment,
        ExperimentType,
        Techsample,
        Treatment,
        TreatmentTarget,
        Well,
    )

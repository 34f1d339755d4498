"""Breeds and strains, for 0.54: registries of biology of another package, with the gate and the lazy names of that time."""

_schema_id = "vetb"
_name = "vetbio"
__version__ = "0.2.0"

from lamindb_setup import _check_instance_setup


def __getattr__(name):
    if name != "models":
        _check_instance_setup(from_lamindb=True)
    return globals()[name]


if _check_instance_setup():
    del __getattr__
    from .models import Breed, FileBreed, Strain

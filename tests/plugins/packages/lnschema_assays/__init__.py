"""Schema of assays, in the shape that packages for this release have: nothing is asked, nothing is imported."""

__version__ = "1.2"
_requires_lamindb = ">=0.55"

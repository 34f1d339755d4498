"""The class of all paths: that of ``upath``, where paths of objects in buckets copy themselves to this machine and back."""

from __future__ import annotations

from upath import UPath
from upath.registry import register_implementation

__all__ = ["UPath"]

# by their names, so that no client is loaded before there is such a path
for _protocol, _name in (("s3", "S3Path"), ("s3a", "S3Path"), ("gs", "GCSPath"), ("gcs", "GCSPath")):
    register_implementation(_protocol, f"lamindb.io.cloud_paths.{_name}", clobber=True)

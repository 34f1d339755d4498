"""The class of all paths: that of ``upath``, where those in buckets copy themselves here and back, and those on servers name them."""

from __future__ import annotations

from upath import UPath
from upath.registry import register_implementation

__all__ = ["UPath"]

# by their names, so that no client is loaded before there is such a path
for _protocol, _name in (("s3", "S3Path"), ("s3a", "S3Path"), ("gs", "GCSPath"), ("gcs", "GCSPath")):
    register_implementation(_protocol, f"lamindb.io.cloud_paths.{_name}", clobber=True)
for _protocol, _name in (
    ("ftp", "FTPPath"),
    ("sftp", "SFTPPath"),
    ("ssh", "SFTPPath"),
    ("smb", "SMBPath"),
    ("hdfs", "HDFSPath"),
):
    register_implementation(_protocol, f"lamindb.io.server_paths.{_name}", clobber=True)

"""Paths on servers, whose address has the server: ``upath`` itself has it among the options only, and shows ``ftp:///folder``.

``lamindb.io.path_class`` makes them the paths of their protocols, in the way that ``upath`` offers to all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from upath.implementations import ftp, hdfs, sftp, smb
from upath.registry import register_implementation

from lamindb.io.paths import server_of

if TYPE_CHECKING:
    from upath import UPath

    _Path = UPath
else:
    _Path = object


class _ServerPath(_Path):
    __slots__ = ()

    def __str__(self) -> str:
        """The address, without who goes there."""
        address: str = super().__str__()
        protocol, separator, place = address.partition("://")
        is_whole = bool(separator) and place[:1] in ("", "/")  # rather than relative to another path
        return f"{protocol}{separator}{server_of(self)}{place.rstrip('/')}" if is_whole else address


class FTPPath(_ServerPath, ftp.FTPPath):
    """The path of a file on a server of FTP."""

    __slots__ = ()


class SFTPPath(_ServerPath, sftp.SFTPPath):
    """The path of a file on a server of SSH."""

    __slots__ = ()


class SMBPath(_ServerPath, smb.SMBPath):
    """The path of a file in a share of a server."""

    __slots__ = ()


class HDFSPath(_ServerPath, hdfs.HDFSPath):
    """The path of a file in HDFS."""

    __slots__ = ()


for _class, _protocols in (
    (FTPPath, ("ftp",)),
    (SFTPPath, ("sftp", "ssh")),
    (SMBPath, ("smb",)),
    (HDFSPath, ("hdfs",)),
):
    for _protocol in _protocols:  # as classes, so that they can be called, too
        register_implementation(_protocol, _class, clobber=True)

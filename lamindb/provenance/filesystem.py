"""Files of the instance for everything that reads through fsspec: ``pd.read_parquet("lamin://folder/name.parquet")``.

What is read becomes an input of the current run. Nothing is written through it: saving a file is what registers it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from fsspec import AbstractFileSystem

from lamindb.errors import StorageNotWritable
from lamindb.provenance.addresses import PROTOCOL, file_at, keys_below
from lamindb.setup import connection
from lnschema_core import runs
from lnschema_core.files.reading import local_path


class LaminFileSystem(AbstractFileSystem):  # type: ignore[misc] # fsspec comes without types
    """The files of the current instance by id or key; read-only."""

    protocol: ClassVar[str] = PROTOCOL
    cachable = False  # which instance is current can change

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Name, size and type of a file, or of the folder that keys are below."""
        path = self._strip_protocol(path)
        connection.connect()
        try:
            file = file_at(path)
        except FileNotFoundError:
            if path and not keys_below(path):
                raise
            return {"name": path, "size": 0, "type": "directory"}
        facts = {"id": file.id, "hash": file.hash, "created": file.created_at, "mtime": file.updated_at.timestamp()}
        return {"name": path, "size": file.size, "type": "file", **facts}

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:  # noqa: FBT001, FBT002 - fsspec's signature
        """The files and folders below a folder; of a file the file itself."""
        path = self._strip_protocol(path)
        connection.connect()
        start = f"{path}/" if path else ""
        names = dict.fromkeys(start + key.removeprefix(start).partition("/")[0] for key in keys_below(path))
        entries = [self.info(name) for name in names] or [self.info(path)]
        return entries if detail else [entry["name"] for entry in entries]

    def created(self, path: str) -> Any:
        """When the file was registered."""
        return self.info(path)["created"]

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if mode != "rb":
            msg = f"lamin://{path} can't be written: make a file with ln.File(data, key={path!r}) and save it"
            raise StorageNotWritable(msg)
        connection.connect()
        file = file_at(path)
        runs.track_input(file)
        return local_path(file).open("rb")

"""Files of the instance for everything that reads through fsspec: ``pd.read_parquet("lamin://folder/name.parquet")``.

What is read becomes an input of the current run. A file that is a folder, such as a zarr store, has its members below its key. Nothing
is written through it: saving a file is what registers it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from fsspec import AbstractFileSystem

from lamindb.errors import StorageNotWritable
from lamindb.io.paths import is_local, is_store
from lamindb.provenance.addresses import PROTOCOL, file_at, keys_below, refuse_other_instance
from lamindb.setup import connection
from lnschema_core import runs
from lnschema_core.files.reading import local_path, path_for_parts

if TYPE_CHECKING:
    from upath import UPath

    from lnschema_core.models import File


class LaminFileSystem(AbstractFileSystem):  # type: ignore[misc] # fsspec comes without types
    """The files of the current instance by id or key; read-only."""

    protocol: ClassVar[str] = PROTOCOL
    cachable = False  # which instance is current can change

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._folders: dict[str, tuple[File, UPath]] = {}
        """Files that are folders, by the path that they were found at: a store has thousands of members."""
        self._tracked: set[tuple[str | None, str]] = set()

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Name, size and type of a file, or of the folder that keys are below.

        Raises:
            FileNotFoundError: There is no such file.
            InstanceNotLoaded: The path is that of a file in another instance.
        """
        path = self._strip_protocol(path)
        connection.connect()
        try:
            file, member = self._find(path)
        except FileNotFoundError:
            if path and not keys_below(path):
                refuse_other_instance(path)
                raise
            return {"name": path, "size": 0, "type": "directory"}
        facts = {"id": file.id, "hash": file.hash, "created": file.created_at, "mtime": file.updated_at.timestamp()}
        if member is None:
            return {"name": path, "size": file.size, "type": "file", **facts}
        if member.is_dir():
            return {"name": path, "size": 0, "type": "directory", **facts}
        if not member.is_file():
            raise FileNotFoundError(path)
        return {"name": path, "size": member.stat().st_size, "type": "file", **facts}

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:  # noqa: FBT001, FBT002 - fsspec's signature
        """The files and folders below a folder; of a file the file itself."""
        path = self._strip_protocol(path)
        connection.connect()
        start = f"{path}/" if path else ""
        names = dict.fromkeys(start + key.removeprefix(start).partition("/")[0] for key in keys_below(path))
        if not names:
            member = self._find(path)[1]
            inside = sorted(one.name for one in member.iterdir()) if member is not None and member.is_dir() else []
            names = dict.fromkeys(start + name for name in inside)
        entries = [self.info(name) for name in names] or [self.info(path)]
        return entries if detail else [entry["name"] for entry in entries]

    def created(self, path: str) -> Any:
        """When the file was registered."""
        return self.info(path)["created"]

    def modified(self, path: str) -> Any:
        """When the file was last changed."""
        return datetime.fromtimestamp(self.info(path)["mtime"], UTC)

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if mode != "rb":
            msg = f"lamin://{path} can't be written: make a file with ln.File(data, key={path!r}) and save it"
            raise StorageNotWritable(msg)
        connection.connect()
        try:
            file, member = self._find(path)
        except FileNotFoundError:
            refuse_other_instance(path)
            raise
        opened = local_path(file).open("rb") if member is None else member.open("rb")
        self._track(file)
        return opened

    def _track(self, file: File) -> None:
        """Record an input once for a run, however many members of it are read."""
        run = runs.current()
        key = (None if run is None else run.pk, file.pk)
        if key not in self._tracked:
            self._tracked.add(key)
            runs.track_input(file)

    def _find(self, path: str) -> tuple[File, UPath | None]:
        """The file that a path is of and, if that is a folder, the place within; a folder that is known costs no query.

        Raises:
            FileNotFoundError: There is no such file.
        """
        if ".." in path.split("/"):
            raise FileNotFoundError(path)
        known = next((name for name in self._folders if path == name or path.startswith(f"{name}/")), None)
        name = known or self._nearest(path)
        if name not in self._folders:
            return file_at(path), None
        file, folder = self._folders[name]
        return file, folder / path.removeprefix(name).strip("/")

    def _nearest(self, path: str) -> str:
        """The path up to a file that is a folder, which is known from then on; all of it if there is none."""
        names = path.split("/")
        for name in ("/".join(names[:end]) for end in range(len(names), 0, -1)):
            try:
                file = file_at(name)
            except FileNotFoundError:
                continue
            place = path_for_parts(file)
            if is_store(place) or (is_local(place) and place.is_dir()):
                self._folders[name] = file, place
                return name
            return path
        return path

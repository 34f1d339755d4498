"""The command export: a file or dataset with its history, in the forms of public standards."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from lamindb import log
from lamindb.cli.groups import Command
from lamindb.cli.texts import QUERY_TEXT


@click.command(cls=Command)
@click.argument("form", type=click.Choice(["prov", "ro-crate", "croissant", "dcat"]))
@click.argument("data", type=QUERY_TEXT)
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--with-inputs", is_flag=True, help="Copy the content of what led to it into an RO-Crate, too.")
@click.option("--license", "license_", metavar="URL", help="The licence of the data; not for PROV.")
def export(form: str, data: str, target: Path, *, with_inputs: bool, license_: str | None) -> None:
    """Write a file or dataset with its history in the form of a standard.

    DATA is an id, or the key or address of a file. TARGET is a file for W3C PROV and DCAT, and a folder for a Workflow Run RO-Crate
    or for Croissant. DCAT is a catalogue, of all datasets if DATA is '*'.
    """
    with log.redirect(sys.stderr):
        from lamindb.provenance.exports.history import host_named
        from lnschema_core import models  # noqa: F401 - connects

        if form == "dcat":
            _write_catalogue(data, target, license_)
            log.success(f"wrote {target}")
            return
        host = host_named(data)
        if form == "prov":
            from lamindb.provenance.exports.w3c_prov import to_prov

            target.write_text(to_prov(host).serialize(format="json", indent=1), encoding="utf-8")
        elif form == "ro-crate":
            from lamindb.provenance.exports.ro_crate import write_crate

            write_crate(host, target, with_inputs=with_inputs, license=license_)
        else:
            from lamindb.provenance.exports.croissant import write_croissant

            write_croissant(host, target, license=license_)
        log.success(f"wrote {target}")


def _write_catalogue(data: str, target: Path, license_: str | None) -> None:
    from lamindb.provenance.exports.dcat import ALL, hosts_of_catalogue, to_dcat
    from lamindb.provenance.exports.history import host_named

    hosts = hosts_of_catalogue() if data == ALL else [host_named(data)]
    catalogue = to_dcat(hosts, license=license_)
    target.write_text(json.dumps(catalogue, indent=1, ensure_ascii=False), encoding="utf-8")

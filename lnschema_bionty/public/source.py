"""One release of one public ontology, for one entity and species. Knows what it is called, and nothing of its content."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One release of a public ontology, for one entity and species."""

    entity: str
    """What its terms are, such as ``CellType``."""
    source: str
    """The ontology in short, such as ``cl``."""
    species: str
    """The species that it is about, or ``all``."""
    version: str
    """The release, as its publisher calls it."""
    url: str
    """Where it is, or where it came from: an https or s3 address, ``file:`` of a user's file, ``package:`` of a file in
    an installed package."""
    md5: str = ""
    """The MD5 of the file at the address in hexadecimal digits; empty if its publisher states none."""
    digest: str = ""
    """The SHA-256 in hexadecimal digits: of the snapshot if one comes with the package, else of the file."""
    source_name: str = ""
    """The ontology in full."""
    source_website: str = ""
    """Where it presents itself."""
    licence: str = ""
    """Under which conditions it may be used and passed on."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells it from all others: entity, source, species and version."""
        return (self.entity, self.source, self.species, self.version)

    @property
    def table_name(self) -> str:
        """The name of the file that has its table."""
        return f"df_{self.species}__{self.source}__{self.version}__{self.entity}.parquet"

    @property
    def file_name(self) -> str:
        """The name of the file that was fetched for it, without a suffix."""
        return f"ontology_{self.species}__{self.source}__{self.version}__{self.entity}".replace(" ", "_")

    def __str__(self) -> str:
        return f"{self.entity}(species={self.species!r}, source={self.source!r}, version={self.version!r})"

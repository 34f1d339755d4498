"""Ids of biological entities: hashes of what identifies them, so that they are the same in every instance.

Migrations point at these functions: add new ones, never move or change one.
"""

from __future__ import annotations

import base64
import hashlib

from lnschema_core.ids import base62

_TAXON = "NCBI_"


def to_b64_str(bs: bytes) -> str:
    """Bytes as URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(bs).decode().strip("=")


def hash_str(s: str) -> str:
    """The MD5 hash of a text as URL-safe base64 without padding."""
    return to_b64_str(hashlib.md5(s.encode(), usedforsecurity=False).digest())


def hash_id(input_id: str | None = None, n_char: int = 8) -> str:
    """The id of a text; without a text a random one.

    Args:
        input_id: The text, such as ``"neuronCL:0000540"``.
        n_char: Length of the id.

    Returns:
        The first characters of the hash of the text, in which ``_`` and ``-`` are ``0``.
    """
    if input_id is None:
        return base62(n_char)
    return hash_str(input_id)[:n_char].replace("_", "0").replace("-", "0")


def species(input_id: str | None = None) -> str:
    """The id of a species by its taxon, such as ``NCBI_9606``.

    Raises:
        ValueError: The text is not the id of a taxon.
    """
    if input_id is not None and not input_id.startswith(_TAXON):
        msg = "Only support hashing NCBI taxon ID for species."
        raise ValueError(msg)
    return hash_id(input_id, 4)


def gene(input_id: str | None = None) -> str:
    """The id of a gene by its stable or Ensembl id and its symbol."""
    return hash_id(input_id, 12)


def protein(input_id: str | None = None) -> str:
    """The id of a protein by its UniProtKB id."""
    return hash_id(input_id, 12)


def cellmarker(input_id: str | None = None) -> str:
    """The id of a cell marker by its name."""
    return hash_id(input_id, 12)


def ontology(input_id: str | None = None) -> str:
    """The id of a term of an ontology by its name and ontology id."""
    return hash_id(input_id, 8)


def biontysource(input_id: str | None = None) -> str:
    """The id of a public source by entity, source, species and version."""
    return hash_id(input_id, 4)


source = biontysource

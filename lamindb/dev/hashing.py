"""Hashes as they are stored in registries."""

from lamindb.io.hashing import b16_to_b64, hash_file, hash_set, to_b64_str

__all__ = ["b16_to_b64", "hash_file", "hash_set", "to_b64_str"]

"""Ids and versions of records that follow each other."""

from lnschema_core.versioning import get_ids_from_old_version, get_initial_version_id, init_id, set_version

__all__ = ["get_ids_from_old_version", "get_initial_version_id", "init_id", "set_version"]

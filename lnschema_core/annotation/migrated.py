"""Whether the connected database has what annotation needs beyond the tables of 0.54.

Until it is migrated, which may be somebody else's business, reading and labelling go on as far as its tables allow.
"""

from __future__ import annotations

from lamindb.setup import connection

MIGRATION = "0020_label_features"
ADVICE = f"the database misses migration {MIGRATION}; deploy it: lamin migrate deploy"


def is_migrated() -> bool:
    """Whether a label can be under several features, and a feature set in several slots."""
    return not connection.misses("lnschema_core", MIGRATION)

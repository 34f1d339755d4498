"""The path under which the results of queries and their errors have been imported since 0.50."""

from lamindb.errors import MultipleResultsFound, NoResultFound
from lnschema_core.query import QuerySet

__all__ = ["MultipleResultsFound", "NoResultFound", "QuerySet"]

"""SQLite as Django's backends are found: ``lamindb.setup.sqlite.base``."""

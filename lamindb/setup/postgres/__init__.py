"""Postgres as Django's backends are found: ``lamindb.setup.postgres.base``."""

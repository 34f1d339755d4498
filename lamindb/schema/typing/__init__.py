"""Stubs for type checkers: what the mounted registries have, which is known only once they are mounted."""

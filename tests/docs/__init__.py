"""The documentation is true: its examples run, its names exist, its links lead somewhere."""

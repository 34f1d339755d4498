"""The commands of ``lamin``: one file per group, imported when one of its commands runs."""

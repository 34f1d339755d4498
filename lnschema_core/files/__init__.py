"""The long verbs of files and datasets, as functions on values; the registries call them."""

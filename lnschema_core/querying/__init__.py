"""The long verbs of query sets, as functions that ``QuerySet`` calls: as frames, page by page, up and down a hierarchy."""

"""Files and datasets on every kind of storage."""

"""Backed views: objects in storage that are read piece by piece."""

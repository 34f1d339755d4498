"""Images: known by their suffixes, handed out as paths, since what opens them is the choice of who looks at them."""

from __future__ import annotations

from lamindb.io.formats.table_row import Format

FORMATS = (Format("image", (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".svg", ".webp")),)

"""The modules beside a script or notebook that it imported, kept as one text. Knows no database."""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from pathlib import Path

from lamindb.io.paths import check_user_key
from lamindb.provenance.parameters import masker
from lamindb.provenance.sources import LARGEST, Source


def imported(script: Path) -> dict[str, Path]:
    """The files of the modules that are imported from the folder of a script or notebook, by their places in it.

    Modules are found there by their names; what lies below the folder and is imported from elsewhere, such as what is installed in an
    environment in it, is none of them.
    """
    here = os.path.realpath(Path(os.path.realpath(script)).parent)
    real = cache(os.path.realpath)  # a thousand modules are in a few folders
    found = {}
    for name, module in sorted(sys.modules.copy().items()):
        file = _file_of(module)
        place = None if file is None else _place_of(name, file)
        if file is not None and place is not None and real(file.removesuffix(place)) == here and Path(file).is_file():
            found[place] = Path(file)
    return found


def _file_of(module: object) -> str | None:
    """The file of a module, which asking the module itself would load if it is to be loaded when it is first used."""
    try:
        file = object.__getattribute__(module, "__dict__").get("__file__")
    except AttributeError:  # what pretends to be a module
        return None
    return file if isinstance(file, str) else None


def _place_of(name: str, file: str) -> str | None:
    """Where the file of a module is in the folder from which the module is imported by its name; None if it isn't called so."""
    path = file.replace(os.sep, "/")
    place = f"{name.replace('.', '/')}{'/__init__.py' if path.endswith('/__init__.py') else '.py'}"
    return place if path.endswith(f"/{place}") else None


def source_of(files: dict[str, Path], script: Path) -> Source | None:
    """Modules as one text without secrets, None if there are none or they are too large to be code.

    Raises:
        OSError: A file can't be read.
        ValueError: A file is no text.
    """
    if not files or sum(path.stat().st_size for path in files.values()) > LARGEST:
        return None
    mask = masker()
    texts = {place: mask.mask_source(path.read_text(encoding="utf-8")) for place, path in files.items()}
    return Source(json.dumps(texts, indent=1, ensure_ascii=False) + "\n", ".json", f"modules beside {script.name}")


def texts_of(kept: str) -> dict[str, str]:
    """The texts of modules by place, of what :func:`source_of` has made of them."""
    texts: dict[str, str] = json.loads(kept)
    return texts


def lay(kept: str, folder: Path) -> None:
    """Write modules to their places in a folder.

    Raises:
        ValueError: One would be outside.
    """
    for place, text in texts_of(kept).items():
        check_user_key(place)
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")

"""Sample images, drawn by the bytes: no imaging library is needed to make them, and any can read them."""

from __future__ import annotations

import struct
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from upath import UPath

_STUDIES = {"study0_raw_images": 135, "study1_raw_images": 135, "study2_raw_images": 135}
_SPECIES = ("setosa", "versicolor", "virginica")
_BLOCK = 8
_SHORT, _LONG, _RATIONAL = 3, 4, 5  # types of fields of TIFF


def file_jpg_paradisi05() -> Path:
    """Make a drawing of nuclei, ``paradisi05_laminopathic_nuclei.jpg``, as a stand-in for a micrograph.

    The original is in https://bmcmolcellbiol.biomedcentral.com/articles/10.1186/1471-2121-6-27.
    """
    path = Path.cwd() / "paradisi05_laminopathic_nuclei.jpg"
    path.write_bytes(jpeg(_nuclei(48, 64)))
    return path


def file_tiff_suo22() -> Path:
    """Make a drawing of a tissue slide, ``suo22/F121_LP1_4LIV.tiff``, as a stand-in for a micrograph.

    The original is in https://www.science.org/doi/10.1126/science.abo0510.
    """
    path = Path.cwd() / "suo22" / "F121_LP1_4LIV.tiff"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(tiff(_nuclei(256, 256)))
    return path


def dir_iris_images() -> UPath:
    """Make a folder of 405 images of irises in three studies, each with metadata in ``meta.csv``: ``iris_studies/``.

    The images are small drawings, each of its own content.
    """
    from upath import UPath

    folder = Path.cwd() / "iris_studies"
    for study, count in _STUDIES.items():
        (folder / study).mkdir(parents=True, exist_ok=True)
        rows = ["0,1"]
        for number in range(count):
            name, random = f"iris-{number:04d}.jpg", Random(f"{study} {number}")  # noqa: S311 - pictures, not secrets
            pixels = [[random.randrange(256) for _ in range(6)] for _ in range(6)]
            (folder / study / name).write_bytes(jpeg(pixels))
            rows.append(f"{name},{_SPECIES[number % len(_SPECIES)]}")
        (folder / study / "meta.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return UPath(folder)


def _nuclei(height: int, width: int) -> list[list[int]]:
    """Bright ellipses on a dark ground."""
    random = Random("nuclei")  # noqa: S311 - a picture, not a secret
    ellipses = [
        (random.randrange(height), random.randrange(width), random.uniform(2, 6), random.uniform(2, 6))
        for _ in range(height * width // 200)
    ]
    pixels = [[16] * width for _ in range(height)]
    for y, x, b, a in ellipses:
        for row in range(max(0, int(y - b)), min(height, int(y + b) + 1)):
            for column in range(max(0, int(x - a)), min(width, int(x + a) + 1)):
                if ((row - y) / b) ** 2 + ((column - x) / a) ** 2 <= 1:
                    pixels[row][column] = 200
    return pixels


# -- TIFF: https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf -----------------------------------------------


def tiff(pixels: Sequence[Sequence[int]]) -> bytes:
    """A grey picture as an uncompressed TIFF.

    Args:
        pixels: Rows of values from 0 to 255.
    """
    data = b"".join(map(bytes, pixels))
    start = 8
    resolution = start + len(data) + len(data) % 2
    fields = [
        (256, _LONG, len(pixels[0])),  # width
        (257, _LONG, len(pixels)),  # height
        (258, _SHORT, 8),  # bits per pixel
        (259, _SHORT, 1),  # no compression
        (262, _SHORT, 1),  # 0 is black
        (273, _LONG, start),
        (277, _SHORT, 1),  # values per pixel
        (278, _LONG, len(pixels)),  # rows per strip
        (279, _LONG, len(data)),
        (282, _RATIONAL, resolution),
        (283, _RATIONAL, resolution),
        (296, _SHORT, 2),  # inches
    ]
    directory = struct.pack("<H", len(fields)) + b"".join(
        struct.pack("<HHII", tag, kind, 1, v) for tag, kind, v in fields
    )
    header = struct.pack("<2sHI", b"II", 42, resolution + 8)
    return header + data + b"\0" * (len(data) % 2) + struct.pack("<II", 72, 1) + directory + struct.pack("<I", 0)


# -- JPEG: https://www.w3.org/Graphics/JPEG/itu-t81.pdf ----------------------------------------------------------------

# Each block of 8 x 8 points has one grey, so that a picture is a row of differences. Table K.3 has their codes.
_CODES = ("00", "010", "011", "100", "101", "110", "1110", "11110", "111110")
_CODE_COUNTS = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
_END_OF_BLOCK = "0"
_END_COUNTS = bytes([1, *[0] * 15])


def jpeg(pixels: Sequence[Sequence[int]]) -> bytes:
    """A grey picture as a JPEG, each pixel enlarged to a square of 8 x 8 points.

    Args:
        pixels: Rows of values from 0 to 255.
    """
    height, width = len(pixels) * _BLOCK, len(pixels[0]) * _BLOCK
    segments = [
        (0xE0, b"JFIF\0" + struct.pack(">HBHHBB", 0x0101, 0, 1, 1, 0, 0)),
        (0xDB, bytes([0, *[_BLOCK] * 64])),
        (0xC0, struct.pack(">BHHB", 8, height, width, 1) + bytes([1, 0x11, 0])),
        (0xC4, b"\x00" + _CODE_COUNTS + bytes(range(12))[: sum(_CODE_COUNTS)]),
        (0xC4, b"\x10" + _END_COUNTS + b"\0"),
        (0xDA, bytes([1, 1, 0, 0, 63, 0])),
    ]
    head = b"".join(struct.pack(">BBH", 0xFF, kind, len(body) + 2) + body for kind, body in segments)
    return b"\xff\xd8" + head + _packed(_bits(pixels)) + b"\xff\xd9"


def _bits(pixels: Iterable[Iterable[int]]) -> str:
    bits, previous = [], 128
    for row in pixels:
        for value in row:
            difference = value - previous
            size = abs(difference).bit_length()
            mantissa = difference if difference > 0 else difference + (1 << size) - 1
            bits.append(_CODES[size] + (f"{mantissa:0{size}b}" if size else "") + _END_OF_BLOCK)
            previous = value
    return "".join(bits)


def _packed(bits: str) -> bytes:
    padded = bits + "1" * (-len(bits) % 8)
    return int(padded, 2).to_bytes(len(padded) // 8, "big").replace(b"\xff", b"\xff\0")

"""Mock files of sequencing: reads, alignments, the output of Cell Ranger."""

from __future__ import annotations

import string
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from lamindb.datasets.places import folder_for

if TYPE_CHECKING:
    from lamindb.types import PathLike

_RAW = ("barcodes.tsv.gz", "features.tsv.gz", "matrix.mtx.gz")
_OUTPUT = (
    "web_summary.html",
    "metrics_summary.csv",
    "molecule_info.h5",
    "cloupe.cloupe",
    "possorted_genome_bam.bam",
    "possorted_genome_bam.bam.bai",
    "raw_feature_bc_matrix.h5",
    "filtered_feature_bc_matrix.h5",
    *(f"raw_feature_bc_matrix/{name}" for name in _RAW),
    *(f"filtered_feature_bc_matrix/{name}" for name in _RAW),
    "analysis/analysis.csv",
)
_READS = ("R1", "R2")


def file_fastq(in_storage_root: bool = False) -> Path:  # noqa: FBT001, FBT002 - the API of 0.54
    """Make a mock file of sequencing reads, ``input.fastq.gz``.

    Args:
        in_storage_root: Make it in the root of the default storage location rather than in the working directory.
    """
    return _write(folder_for(in_storage_root=in_storage_root) / "input.fastq.gz", "Mock fastq file.")


def file_bam(in_storage_root: bool = False) -> Path:  # noqa: FBT001, FBT002 - the API of 0.54
    """Make a mock file of alignments, ``output.bam``.

    Args:
        in_storage_root: Make it in the root of the default storage location rather than in the working directory.
    """
    return _write(folder_for(in_storage_root=in_storage_root) / "output.bam", "Mock bam file.")


def dir_scrnaseq_cellranger(sample_name: str, basedir: PathLike = "./", output_only: bool = True) -> Path:  # noqa: FBT001, FBT002 - the API of 0.54
    """Make a mock tree of what Cell Ranger writes for a sample, each file with other content.

    Args:
        sample_name: The name of the sample, and of its folder.
        basedir: Where to make the tree.
        output_only: Leave out the reads, which go to ``fastq/``.

    Returns:
        The folder of the sample.
    """
    base = Path(str(basedir))
    random = Random(sample_name)  # noqa: S311 - text that differs, not secrets
    names = [f"{sample_name}/{name}" for name in _OUTPUT]
    if not output_only:
        names += [f"fastq/{sample_name}_{read}_001.fastq.gz" for read in _READS]
    for name in names:
        _write(base / name, "".join(random.choices(string.ascii_letters + string.digits, k=6)))
    return base / sample_name


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path

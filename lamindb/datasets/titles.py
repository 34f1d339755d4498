"""Sample titles of notebooks."""

from __future__ import annotations

from random import Random

_OPENINGS = (
    "Analysis of",
    "Rank",
    "Study",
    "Classify",
    "Research",
    "Investigate",
    "Visualize",
    "Compare",
    "Review",
    "Cluster",
)
_SUBJECTS = (
    *("IgA", "IgD", "IgE", "IgG", "IgM", "intestine", "efficiency of", "visualize", "candidate", "result of"),
    *(
        "Purkinje cell",
        "Astrocyte",
        "Beta cell",
        "Cardiac muscle cell",
        "Mast cell",
        "Melanocyte",
        "Microglia",
        "Osteoclast",
    ),
    *("Retinal pigment epithelium", "Sertoli cell", "Thymus", "Spleen", "Liver", "Larynx", "Cerebellum", "Bone marrow"),
)


def fake_bio_notebook_titles(n: int = 100) -> list[str]:
    """Make up titles of notebooks about cells and organs, always the same.

    Args:
        n: How many.

    Examples:
        >>> for title in ln.dev.datasets.fake_bio_notebook_titles(10):
        ...     ln.Transform(name=title, type="notebook").save()
    """
    random = Random(0)  # noqa: S311 - text that differs, not secrets
    return [_title(random) for _ in range(n)]


def _title(random: Random) -> str:
    subjects = random.sample(_SUBJECTS, random.randint(2, 4))
    return f"{random.choice(_OPENINGS)} {' '.join(subjects)}."

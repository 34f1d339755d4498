"""Terms among thousands of others of the same kind of words, and what users remember of them. Knows nothing of LaminDB."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = {
    "where": [
        "hepatic",
        "renal",
        "cardiac",
        "cortical",
        "thymic",
        "splenic",
        "pulmonary",
        "gastric",
        "dermal",
        "retinal",
        "ovarian",
        "spinal",
        "nasal",
        "dental",
        "pelvic",
    ],
    "how": [
        "activated",
        "naive",
        "mature",
        "immature",
        "resident",
        "circulating",
        "proliferating",
        "quiescent",
        "senescent",
        "polarized",
        "primed",
    ],
    "which": [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "kappa",
        "lambda",
        "sigma",
        "omega",
        "type-1",
        "type-2",
        "CD4+",
        "CD8+",
        "CD14+",
        "CD56+",
    ],
    "what": [
        "lymphocyte",
        "monocyte",
        "fibroblast",
        "neuron",
        "astrocyte",
        "keratinocyte",
        "hepatocyte",
        "macrophage",
        "granulocyte",
        "progenitor",
    ],
}
WANTED = {  # name: (synonyms, abbreviation)
    "regulatory T lymphocyte": ("T-reg cell|suppressor T cell", "Treg"),
    "natural killer lymphocyte": ("large granular killer cell", "NKL"),
    "hematopoietic stem cell": ("blood forming stem cell", "HSC"),
    "plasmacytoid dendritic cell": ("interferon producing cell", "pDC"),
    "mucosal associated invariant lymphocyte": ("innate mucosal cell", "MAIT"),
    "oligodendrocyte precursor": ("polydendrocyte", "OPC"),
    "retinal pigment epithelium": ("pigmented retina layer", "RPE"),
    "induced pluripotent stem line": ("reprogrammed line", "iPSC"),
    "double negative thymocyte": ("early thymic cell", "DN1"),
    "brown adipose tissue": ("brown fat", "BAT"),
    "type II pneumocyte": ("great alveolar cell", "AT2"),
    "chimeric antigen receptor": ("artificial receptor construct", "CAR-T"),
    "peripheral blood mononuclear": ("buffy coat fraction", "PBMC"),
    "bronchoalveolar lavage fluid": ("lung washing", "BALF"),
    "kidney proximal tubule": ("nephron first segment", "PCT"),
}


def distractors(count: int) -> list[str]:
    """Names of the same kind of words as those that are wanted."""
    rng = random.Random(0)
    names = {
        " ".join(rng.choice(words) for words in PARTS.values()) + f" {rng.randrange(100)}" for _ in range(2 * count)
    }
    return sorted(names)[:count]


def misspelt(text: str, rng: random.Random) -> str:
    """The text with one letter left out, doubled, replaced or swapped with the next."""
    i = rng.randrange(1, len(text) - 2)
    return rng.choice(
        [
            text[:i] + text[i + 1 :],
            text[:i] + text[i] + text[i:],
            text[:i] + rng.choice("aeiourstn") + text[i + 1 :],
            text[:i] + text[i + 1] + text[i] + text[i + 2 :],
        ]
    )


def questions() -> Iterator[tuple[str, str, str]]:
    """What users type, by kind, with the name that they mean."""
    rng = random.Random(1)
    for name, (synonyms, abbreviation) in WANTED.items():
        yield "name", name, name
        yield "case", name.upper(), name
        yield "abbreviation", abbreviation, name
        for synonym in synonyms.split("|"):
            yield "synonym", synonym, name
            yield "misspelt synonym", misspelt(synonym, rng), name
        for _ in range(3):
            yield "typo", misspelt(name, rng), name
        yield "two typos", misspelt(misspelt(name, rng), rng), name
        words = name.split()
        yield "swapped words", " ".join([*words[1:], words[0]]), name
        yield "first words", " ".join(words[:-1]), name

"""The wanted term is the first hit, whatever the user remembers of it, among ten thousand others."""

from __future__ import annotations

import random

import pytest

import lamindb as ln

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.slow, pytest.mark.sqlite]

N_DISTRACTORS = 10_000
LEAST = 0.97
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


@pytest.fixture
def vocabulary():
    """The wanted terms among names of the same kind of words."""
    rng = random.Random(0)
    names = {
        " ".join(rng.choice(words) for words in PARTS.values()) + f" {rng.randrange(100)}"
        for _ in range(2 * N_DISTRACTORS)
    }
    features = [ln.Feature.from_fields(name=name, type="category") for name in sorted(names)[:N_DISTRACTORS]]
    for name, (synonyms, abbreviation) in WANTED.items():
        features.append(ln.Feature.from_fields(name=name, type="category", synonyms=f"{synonyms}|{abbreviation}"))
    ln.save(features)


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


def questions():
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


def test_wanted_terms_come_first(vocabulary):
    """The mean reciprocal rank over names, synonyms, abbreviations, typos and swapped words is at least 0.97."""
    ranks: dict[str, list[float]] = {}
    for kind, question, name in questions():
        hits = list(ln.Feature.search(question).index)
        ranks.setdefault(kind, []).append(1 / (hits.index(name) + 1) if name in hits else 0.0)
    every = [rank for found in ranks.values() for rank in found]
    by_kind = {kind: round(sum(found) / len(found), 3) for kind, found in ranks.items()}
    assert sum(every) / len(every) >= LEAST, by_kind

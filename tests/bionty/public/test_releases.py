"""From one release to another; ontologies as objects of pronto; what other packages bring."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import zstandard

from lamindb.errors import MissingExtra, UnreadableFile
from lnschema_bionty import public
from lnschema_bionty.public import places, sources

if TYPE_CHECKING:
    from pathlib import Path

FIRST = "ontology_id\tname\tdefinition\tsynonyms\tparents\nA:1\tone\td\t\t\nA:2\ttwo\td\ts\tA:1\nA:3\tthree\td\t\tA:1\nA:4\tfour\t\t\t\n"
SECOND = (
    "ontology_id\tname\tdefinition\tsynonyms\tparents\tobsolete\treplaced_by\n"
    "A:1\tone\td\t\t\t\t\nA:2\tzwei\te\ts|t\tA:5\t\t\nA:3\tobsolete three\td\t\t\ttrue\tA:2\nA:5\tfive\t\t\t\t\t\n"
)


@pytest.fixture
def releases(tmp_path: Path) -> tuple[public.CellType, public.CellType]:
    """Two releases of one ontology."""
    for version, text in (("1", FIRST), ("2", SECOND)):
        path = tmp_path / f"{version}.tsv"
        path.write_text(text)
        public.register("CellType", path, source="my", version=version, licence="internal")
    return public.CellType(source="my", version="1"), public.CellType(source="my", version="2")


def test_changes_tell_what_happened_to_terms(releases: tuple[public.CellType, public.CellType]) -> None:
    """Terms are added, gone, replaced, renamed, redefined, moved, or have other synonyms."""
    changes = releases[0].changes(releases[1])
    assert changes.added == ("A:5",)
    assert (changes.removed, changes.obsolete, changes.replaced) == (("A:4",), (), {"A:3": "A:2"})
    assert changes.renamed == {"A:2": ("two", "zwei")}
    assert changes.redefined == changes.moved == changes.synonyms == ("A:2",)
    assert repr(changes).startswith("Changes(1 added, 1 removed, 0 obsolete, 1 replaced, 1 renamed")


def test_diff_has_the_counts_of_054(releases: tuple[public.CellType, public.CellType]) -> None:
    """New rows are those that only one release has, modified terms twice; neither table is changed."""
    new, modified = releases[0].diff(releases[1])
    assert sorted(new.index) == ["A:2", "A:2", "A:3", "A:4", "A:5"]
    assert modified.loc["A:2", ("name", "self")] == "two"
    assert modified.loc["A:2", ("name", "other")] == "zwei"
    assert list(releases[0].df().loc["A:2", "parents"]) == ["A:1"]


def test_diff_needs_two_versions_of_one_source(releases: tuple[public.CellType, public.CellType]) -> None:
    """Other entities, other sources and the same version are refused."""
    first = releases[0]
    for other, said in (
        (public.Tissue(), "same class"),
        (public.CellType(source="cl"), "same source"),
        (first, "must differ"),
    ):
        with pytest.raises(ValueError, match=said):
            first.diff(other)


def test_ontology_is_an_object_of_pronto(releases: tuple[public.CellType, public.CellType]) -> None:
    """It has all terms with their parents; entities without parents have none."""
    term = releases[0].ontology["A:2"]
    assert (term.name, [parent.id for parent in term.superclasses(1, with_self=False)]) == ("two", ["A:1"])
    assert {synonym.description for synonym in term.synonyms} == {"s"}
    assert releases[1].ontology["A:3"].obsolete
    assert public.Gene().ontology is None


def test_file_is_an_object_of_pronto(obo: Path) -> None:
    """Files of users are read as pronto reads them, and become the table of 0.54."""
    ontology = public.Ontology(obo, prefix="http://purl.obolibrary.org/obo/")
    frame = ontology.to_df(source="my", include_id_prefixes={"my": ["MY"]})
    assert frame.loc["MY:2"].to_dict() == {
        "name": "small thing",
        "definition": None,
        "synonyms": "thinglet",
        "parents": ["MY:1"],
    }
    assert ontology.get_term("MY:1").name == "thing"


# -- other packages ---------------------------------------------------------------------------------------------------


def _bring(folder: Path, terms: bytes) -> None:
    data = folder / "cellxgene_ontology_guide" / "data"
    data.mkdir(parents=True)
    (folder / "cellxgene_ontology_guide" / "__init__.py").touch()
    (data / "CVCL-ontology-55.0.json.zst").write_bytes(zstandard.ZstdCompressor().compress(terms))


def test_installed_package_brings_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    """Cell lines are taken from the package of the extra as soon as it is installed."""
    _bring(tmp_path, json.dumps({"CVCL_0030": {"label": "HeLa", "ancestors": {}}}).encode())
    monkeypatch.syspath_prepend(tmp_path)
    lines = public.CellLine()
    assert (lines.source, lines.version) == ("cellosaurus", "55.0")
    assert lines.df().loc["CVCL_0030", "name"] == "HeLa"
    assert [path.name for path in cache.iterdir()] == ["df_all__cellosaurus__55.0__CellLine.parquet"]


def test_damaged_file_of_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be read is named."""
    _bring(tmp_path, b"{")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UnreadableFile, match=r"CVCL-ontology-55\.0\.json\.zst is damaged"):
        public.CellLine().table()


def test_package_that_is_not_installed_is_named() -> None:
    """A release that only a package of the extra has says how to install it."""
    source = next(one for one in sources.packaged() if places.misses_package(one))
    with pytest.raises(MissingExtra, match=r"pip install 'lamindb\[bionty\]'"):
        getattr(public, source.entity)(source.species, source.source, source.version).table()

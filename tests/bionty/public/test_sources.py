"""Which source is taken, and which are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamindb.errors import InvalidSettings, NoSuchSource
from lnschema_bionty import public
from lnschema_bionty.public import places, sources

if TYPE_CHECKING:
    from pathlib import Path


def test_releases_of_2023() -> None:
    """The list of 0.54 is whole: 45 releases, of which 28 were in use, one per entity and species."""
    listed = sources.reference()
    assert len(listed) == len({one.key for one in listed}) == 45
    assert all(len(one.md5) == 32 for one in listed)
    current = sources.reference_current()
    assert len(current) == len({(one.entity, one.species) for one in current}) == 28
    assert next(one for one in current if one.entity == "Phenotype").source == "hp"
    assert sources.find("CellType", version="2023-02-15").url.endswith("/cl/releases/2023-02-15/cl-base.owl")
    assert sources.find("Ethnicity", version="2023-07-313.0").md5 == "af731447e95b4ca341a91b018edd4885"
    assert sources.find("CellMarker", source="cellmarker").version == "2.0"


def test_snapshot_stands_in_where_no_version_is_named() -> None:
    """Without a version the snapshot is taken, with the source name of 0.54 where it is the same ontology."""
    assert {(one.entity, one.species) for one in sources.current()} == {
        (one.entity, one.species) for one in sources.reference_current()
    }
    for entity, source in [("CellType", "cl"), ("Gene", "ensembl"), ("Disease", "mondo"), ("Pathway", "go")]:
        found = sources.find(entity)
        assert found.source == source
        assert found in sources.embedded()
    assert sources.find("Disease", "human").source == "doid"


def test_first_source_with_data_is_taken() -> None:
    """Phenotypes are first of all HPO's; where their data aren't here, those that are here are taken."""
    assert sources.find("Phenotype").source == "pato"
    assert sources.find("Phenotype", "human").source == "hp"


@pytest.mark.parametrize("given", [{"species": "human"}, {"source": "xx"}, {"source": "cl", "version": "1"}])
def test_no_source_matches(given: dict[str, str]) -> None:
    """What matches nothing is refused, and the message has what was asked for."""
    with pytest.raises(ValueError, match="No source is available with") as refused:
        public.CellType(**given)
    assert all(repr(value) in str(refused.value) for value in given.values())
    assert "display_available_sources()" in str(refused.value)


def test_unknown_species_is_refused() -> None:
    """Genes of a species without a source are no genes of another one."""
    with pytest.raises(NoSuchSource, match="'species': 'unicorn'"):
        public.Gene("unicorn")


def test_choice_is_kept() -> None:
    """A chosen version is taken until another one is chosen."""
    sources.choose("CellType", source="cl", version="2023-04-20")
    assert sources.find("CellType").version == "2023-04-20"
    assert "2023-04-20" in public.display_currently_used_sources().loc["CellType", "version"]
    sources.choose("CellType", version="2026-03-26")
    assert sources.find("CellType").version == "2026-03-26"


def test_file_of_a_user_of_054_is_laid_over_the_list() -> None:
    """A list of 0.54 adds its own entries and mirrors; it brings no former default and no stale address back."""
    path = places.local_sources_file()
    path.parent.mkdir(parents=True)
    path.write_text(
        "version: 0.2.3\n"
        "CellType:\n"
        "  cl:\n"
        "    all:\n"
        "      2022-08-16: {url: https://mirror.example/cl.owl, md5: d0655766574e63f3fe5ed56d3c030880}\n"
        "      2023-02-15: {url: https://stale.example/cl.owl, md5: 00}\n"
        "      2021-01-01: {url: https://old.example/cl.owl, md5: 01}\n"
        "    name: Cell Ontology\n"
        "  ours:\n"
        "    all:\n"
        "      2.0: {url: https://example.org/ours.obo}\n"
    )
    assert sources.find("CellType", version="2022-08-16").url == "https://mirror.example/cl.owl"
    assert sources.find("CellType", version="2023-02-15").md5 == "9331a6a029cb1863bd0584ab41508df7"
    assert sources.find("CellType", source="cl").version == "2026-03-26"
    assert sources.find("CellType", version="2021-01-01").url == "https://old.example/cl.owl"
    ours = sources.find("CellType", source="ours")
    assert (ours.version, ours.url, ours.md5, ours.licence) == ("2.0", "https://example.org/ours.obo", "", "")
    assert sources.find("CellType") == ours


def test_file_of_a_user_can_be_broken() -> None:
    """A broken list is named in one sentence."""
    path = places.local_sources_file()
    path.parent.mkdir(parents=True)
    for text in ("CellType: [", "CellType: cl", "- CellType"):
        path.write_text(text)
        with pytest.raises(InvalidSettings, match=r"sources_local\.yaml can't be read") as refused:
            sources.available()
        assert "\n" not in str(refused.value)
        path.unlink()


def test_display() -> None:
    """Both frames are by entity and have the columns of 0.54."""
    available, used = public.display_available_sources(), public.display_currently_used_sources()
    assert available.index.name == used.index.name == "entity"
    assert list(available.columns)[:7] == [
        "source", "species", "version", "url", "md5", "source_name", "source_website",
    ]  # fmt: skip
    assert list(used.columns) == ["species", "source", "version"]
    assert len(used) == 28


def test_looking_writes_nothing(cache: Path) -> None:
    """Constructing, listing and searching leave no file behind."""
    public.CellType().search("T cell", limit=1)
    sources.available()
    assert list(cache.parent.parent.iterdir()) == []

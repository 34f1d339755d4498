"""Files of users as sources: every format, and what is wrong with files."""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from lamindb.errors import DigestMismatch, MissingExtra, StorageError, UnreadableFile
from lnschema_bionty import public
from lnschema_bionty.public import places, sources, tables
from lnschema_bionty.public.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.files import FileServer

MINE: dict[str, Any] = {"source": "my", "version": "1", "licence": "internal"}
OWL = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
     xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:obo="http://purl.obolibrary.org/obo/"
     xmlns:oboInOwl="http://www.geneontology.org/formats/oboInOwl#">
  <owl:Ontology rdf:about="http://purl.obolibrary.org/obo/my.owl"/>
  <owl:Class rdf:about="http://purl.obolibrary.org/obo/MY_1"><rdfs:label>thing</rdfs:label>
    <obo:IAO_0000115>What there is.</obo:IAO_0000115></owl:Class>
  <owl:Class rdf:about="http://purl.obolibrary.org/obo/MY_2"><rdfs:label>small thing</rdfs:label>
    <oboInOwl:hasExactSynonym>thinglet</oboInOwl:hasExactSynonym>
    <rdfs:subClassOf rdf:resource="http://purl.obolibrary.org/obo/MY_1"/></owl:Class>
</rdf:RDF>
"""
GRAPH = {
    "graphs": [
        {
            "id": "http://purl.obolibrary.org/obo/my.json",
            "nodes": [
                {
                    "id": "http://purl.obolibrary.org/obo/MY_1",
                    "lbl": "thing",
                    "type": "CLASS",
                    "meta": {"definition": {"val": "What there is."}},
                },
                {
                    "id": "http://purl.obolibrary.org/obo/MY_2",
                    "lbl": "small thing",
                    "type": "CLASS",
                    "meta": {"synonyms": [{"pred": "hasExactSynonym", "val": "thinglet"}]},
                },
            ],
            "edges": [
                {
                    "sub": "http://purl.obolibrary.org/obo/MY_2",
                    "pred": "is_a",
                    "obj": "http://purl.obolibrary.org/obo/MY_1",
                }
            ],
        }
    ]
}
TSV = "ontology_id\tname\tdefinition\tsynonyms\tparents\tcolour\nMY:1\tthing\tWhat there is.\t\t\tred\nMY:2\tsmall thing\t\tthinglet\tMY:1\t\n"


def _write(folder: Path, kind: str, obo: Path) -> Path:
    path = folder / f"file.{kind}"
    if kind == "parquet":
        import pandas as pd

        frame = pd.DataFrame({"ontology_id": ["MY:1", "MY:2"], "name": ["thing", "small thing"]})
        frame["definition"], frame["synonyms"] = ["What there is.", None], [None, "thinglet"]
        frame["parents"] = [[], ["MY:1"]]
        frame.set_index("ontology_id").to_parquet(path)
        return path
    text = {"obo": obo.read_text(), "owl": OWL, "json": json.dumps(GRAPH), "tsv": TSV, "csv": TSV.replace("\t", ",")}
    path.write_text(text[kind])
    return path


@pytest.mark.parametrize("kind", ["obo", "owl", "json", "tsv", "csv", "parquet"])
def test_file_becomes_a_source_in_one_call(kind: str, obo: Path, tmp_path: Path) -> None:
    """Every format gives the same terms, and the source is the one in use."""
    path = _write(tmp_path, kind, obo)
    registered = public.register("CellType", path, **MINE)
    terms = public.CellType()
    assert (terms.source, terms.version, terms.origin) == ("my", "1", registered)
    (row,) = terms.records("name", ["small thing"])["small thing"]
    assert (row["ontology_id"], row["synonyms"], row["parents"]) == ("MY:2", "thinglet", ["MY:1"])
    assert terms.records("ontology_id", ["MY:1"])["MY:1"][0]["definition"] == "What there is."
    assert registered.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_obsolete_and_merged_terms_are_known(obo: Path) -> None:
    """They aren't in use, and lead to their successors; synonyms that aren't exact are none."""
    public.register("CellType", obo, **MINE)
    terms = public.CellType()
    assert "obsolete thing" not in terms.df()["name"].tolist()
    assert terms.records("ontology_id", ["MY:3"])["MY:3"][0]["replaced_by"] == "MY:2"
    assert terms.records("ontology_id", ["MY:7"])["MY:7"][0]["replaced_by"] == "MY:2"
    assert terms.standardize(["thinglet", "stuff"], mute=True) == ["small thing", "stuff"]


def test_terms_of_other_ontologies_in_a_known_file(obo: Path) -> None:
    """Of an ontology whose prefix is known only its own terms are taken, by the whole prefix."""
    obo.write_text(obo.read_text().replace("MY:", "CL:").replace("OTHER:", "CLO:"))
    public.register("CellType", obo, **{**MINE, "source": "cl"})
    assert public.CellType().df().index.tolist() == ["CL:1", "CL:2"]


def test_what_no_table_shows_can_be_odd(obo: Path) -> None:
    """Published files have cross-references that parsers refuse, and relations of which only another file knows."""
    odd = "xref: http://neurolex.org/wiki/Category\\:Thing\nrelationship: RO:0002410 MY:2\n"
    obo.write_text(obo.read_text().replace("id: MY:1\nname: thing\n", f"id: MY:1\nname: thing\n{odd}"))
    assert odd in obo.read_text()
    public.register("CellType", obo, **MINE)
    assert public.CellType().validate("thing", mute=True).all()


def test_compressed_ontology_is_read(obo: Path) -> None:
    """As it is published by some."""
    path = obo.with_suffix(".obo.gz")
    path.write_bytes(gzip.compress(obo.read_bytes()))
    public.register("CellType", path, **MINE)
    assert public.CellType().validate("thing", mute=True).all()


def test_address_becomes_a_source(server: FileServer, obo: Path, cache: Path) -> None:
    """A file is fetched and parsed once, and not again when only its cached file is gone."""
    server.files["/my.obo"] = obo.read_bytes()
    public.register("Tissue", f"{server.url}/my.obo", **MINE, md5=hashlib.md5(obo.read_bytes()).hexdigest())
    tables._loaded.clear()
    assert public.Tissue().validate("thing", mute=True).all()
    places.cached_file_path(public.Tissue().origin).unlink()
    tables._loaded.clear()
    assert public.Tissue().validate("thing", mute=True).all()
    assert len(server.asked) == 1


def test_cleared_cache_is_filled_again_and_verified(server: FileServer, obo: Path, cache: Path) -> None:
    """After the cache was removed the file is fetched again, and refused if it is another one now."""
    import shutil

    server.files["/my.obo"] = obo.read_bytes()
    public.register("Tissue", f"{server.url}/my.obo", **MINE)
    shutil.rmtree(cache)
    assert public.Tissue().validate("thing", mute=True).all()
    shutil.rmtree(cache)
    server.files["/my.obo"] += b"\n"
    with pytest.raises(DigestMismatch):
        public.Tissue().table()


def test_local_table_survives_its_file(obo: Path, cache: Path) -> None:
    """The table of a file that is gone is still there; without it the message says what to do."""
    import shutil

    public.register("CellType", obo, **MINE)
    obo.unlink()
    tables._loaded.clear()
    assert public.CellType().validate("thing", mute=True).all()
    shutil.rmtree(cache)
    with pytest.raises(StorageError, match=r"my\.obo, which is gone.*public\.register\('CellType'"):
        public.CellType("all", "my").table()


def test_file_is_the_one_that_was_registered(obo: Path, cache: Path) -> None:
    """A file with another digest than is passed is refused; so is one that has changed since, where its table is gone."""
    import shutil

    with pytest.raises(DigestMismatch, match="its md5 is"):
        public.register("CellType", obo, **MINE, md5="0" * 32)
    assert sources.own() == []
    registered = public.register("CellType", obo, **MINE, md5=hashlib.md5(obo.read_bytes()).hexdigest())
    shutil.rmtree(cache)
    assert tables.find_table(registered) is None
    obo.write_text(obo.read_text() + "\n")
    with pytest.raises(DigestMismatch, match="register it as another version"):
        public.CellType().table()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('format-version: 1.2\n\n[Term]\nid: MY:1\nname: "thing\nis_a MY:2\n\n[Ter', "can't be read as an ontology"),
        ("<rdf:RDF", "can't be read as an ontology"),
        ('{"graphs": [', "can't be read as an ontology"),
        ("format-version: 1.2\nontology: empty\n", "has no terms of CellType"),
        ("a\tb\n1\t2\n", "there is nothing in ontology_id and name; its columns are a, b"),
        ("ontology_id\tname\nMY:1\tthing\nMY:1\tother\n", "has the id MY:1 twice"),
        ("ontology_id\tname\n\tthing\nMY:1\tother\n", "has a term without an id"),
        ("ontology_id\tname\nMY:1\tthing\nMY:2\t\nMY:3\n", "has 2 terms without a name: MY:2, MY:3"),
        ("format-version: 1.2\n\n[Term]\nid: MY:1\nname: thing\nxref: htt", "can't be read as an ontology"),
        ("PAR1 is no parquet", "can't be read as parquet"),
        ("", "is empty"),
        ("\udcff\udcfe", "neither an ontology nor a table"),
    ],
)
def test_broken_file_is_one_sentence_and_leaves_nothing(content: str, said: str, tmp_path: Path, cache: Path) -> None:
    """A broken file registers nothing: no table, no entry in the list."""
    path = tmp_path / "broken"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnreadableFile, match=said) as refused:
        public.register("CellType", path, **MINE)
    assert "\n" not in str(refused.value)
    assert not cache.exists() or list(cache.iterdir()) == []
    assert sources.own() == []


def test_broken_download_leaves_nothing(server: FileServer, cache: Path) -> None:
    """A file of the web that can't be parsed isn't kept, so that the next try fetches it again."""
    server.files["/my.obo"] = b"format-version: 1.2\n[Term"
    with pytest.raises(UnreadableFile):
        public.register("CellType", f"{server.url}/my.obo", **MINE)
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"licence": " "}, "has no licence: say under which"),
        ({"entity": "Planet"}, "'Planet' is no entity"),
        ({"source": "a/b"}, "source 'a/b' can't be used"),
        ({"version": "a__b"}, "version 'a__b' can't be used"),
        ({"source": "cl", "version": "2023-04-20"}, "comes with LaminDB already"),
    ],
)
def test_call_that_can_not_be(change: dict[str, str], said: str, obo: Path) -> None:
    """Nothing is registered without a licence, of no entity, under an odd name, or in the place of another source."""
    arguments = {"entity": "CellType", "address": obo, **MINE, **change}
    with pytest.raises(ValueError, match=said):
        public.register(**arguments)
    assert sources.own() == []


def test_missing_file_and_plain_http(tmp_path: Path) -> None:
    """A path without a file, and an address with http, are refused."""
    with pytest.raises(FileNotFoundError, match="there is no file"):
        public.register("CellType", tmp_path / "none.obo", **MINE)
    with pytest.raises(StorageError, match="give an address that begins with https"):
        public.register("CellType", "http://example.org/my.obo", **MINE)


def test_forgotten_source_is_gone(obo: Path, cache: Path) -> None:
    """Without it the snapshot is taken again, and its files are removed."""
    public.register("CellType", obo, **MINE)
    public.forget("CellType", source="my", version="1")
    assert public.CellType().source == "cl"
    assert list(cache.iterdir()) == []
    with pytest.raises(ValueError, match="nothing to forget"):
        public.forget("CellType", source="my", version="1")


def test_damaged_table_is_made_anew(obo: Path) -> None:
    """A table in the cache that is damaged is made of its file again; a damaged snapshot says what to do."""
    public.register("CellType", obo, **MINE)
    path = places.cached_table_path(public.CellType().origin)
    path.write_bytes(path.read_bytes()[:100])
    tables._loaded.clear()
    assert public.CellType().validate("thing", mute=True).all()


def test_damaged_snapshot_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot can't be made anew, so the package has to be installed again."""
    source = public.Ethnicity().origin
    (tmp_path / source.table_name).write_bytes(b"PAR1")
    monkeypatch.setattr(places, "SNAPSHOTS", tmp_path)
    with pytest.raises(UnreadableFile, match=r"is damaged .* install lamindb anew"):
        tables.load(source)


def test_cache_that_can_not_be_written(obo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message names the path; nothing is registered."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAMIN_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="can't be written"):
        public.register("CellType", obo, **MINE)
    assert sources.own() == []


def test_missing_pronto_is_named(obo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the sentence has the line to install it."""
    monkeypatch.setitem(sys.modules, "pronto", None)
    monkeypatch.delitem(sys.modules, "lnschema_bionty.public.pronto_ontology", raising=False)
    with pytest.raises(MissingExtra, match=r"pip install 'lamindb\[bionty\]'"):
        public.register("CellType", obo, **MINE)


def test_no_network_and_no_snapshot(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what is missing, what is here, and how to bring one's own file, in one go."""
    away = Source("CellType", "cl", "all", "9", f"{server.url}/none", licence="CC0-1.0")
    with pytest.raises(StorageError) as refused:
        tables.load(away)
    for part in (
        "isn't on this machine",
        "404",
        "Here are cl 2026-03-26 (all)",
        "lamindb[bionty]",
        "public.register('CellType'",
    ):
        assert part in str(refused.value)


def test_list_of_species_of_ensembl(tmp_path: Path) -> None:
    """The table that Ensembl publishes is read: names in lower case, ids by taxon."""
    path = tmp_path / "species.txt"
    path.write_text(
        "#name\tspecies\tdivision\ttaxonomy_id\tassembly\nHuman\thomo_sapiens\tEnsemblVertebrates\t9606\tGRCh38\t\n"
    )
    public.register("Species", path, **MINE, species="vertebrates")
    (row,) = public.Species().records("name", ["human"])["human"]
    assert (row["id"], row["taxon_id"], row["scientific_name"], row["assembly"]) == (
        "NCBI_9606",
        9606,
        "homo_sapiens",
        "GRCh38",
    )


def test_pipelines_by_slug(tmp_path: Path) -> None:
    """Pipelines are objects by their slug."""
    path = tmp_path / "pipelines.json"
    path.write_text(json.dumps({"rnaseq-v1": {"id": "abc", "name": "rnaseq v1", "versions": "1", "reference": "x"}}))
    public.register("BFXPipeline", path, **MINE)
    assert public.BFXPipeline().df().loc["abc", "index"] == "rnaseq-v1"


def test_file_of_the_experimental_factor_ontology(tmp_path: Path) -> None:
    """Its ids are addresses in the file and short in the table; factors are told by the place of a term."""
    efo = "http://www.ebi.ac.uk/efo/EFO_"
    classes = {
        "0000001": ("experimental factor", []),
        "0002772": ("assay by molecule", ["0000001"]),
        "0003740": ("assay by sequencer", ["0000001"]),
        "0001457": ("RNA assay", ["0002772"]),
        "0007832": ("single cell sequencing", ["0003740"]),
        "0008913": ("single-cell RNA sequencing", ["0001457", "0007832"]),
    }
    body = "".join(
        f'<owl:Class rdf:about="{efo}{one}"><rdfs:label>{name}</rdfs:label>'
        + "".join(f'<rdfs:subClassOf rdf:resource="{efo}{parent}"/>' for parent in parents)
        + "</owl:Class>"
        for one, (name, parents) in classes.items()
    )
    foreign = '<owl:Class rdf:about="http://purl.obolibrary.org/obo/OBI_1"><rdfs:label>x</rdfs:label></owl:Class>'
    path = tmp_path / "efo.owl"
    path.write_text(OWL.partition("  <owl:Class")[0] + body + foreign + "</rdf:RDF>")
    public.register("ExperimentalFactor", path, source="efo", version="mine", licence="Apache-2.0")
    frame = public.ExperimentalFactor(version="mine").df()
    assert len(frame) == 6
    row = frame.loc["EFO:0008913"]
    assert (row["molecule"], row["instrument"]) == ("RNA assay", "single cell sequencing")
    assert list(row["parents"]) == ["EFO:0001457", "EFO:0007832"]

"""What every public ontology can do."""

from __future__ import annotations

from time import perf_counter, process_time
from typing import TYPE_CHECKING

import pytest

from lamindb import log
from lnschema_bionty import public
from lnschema_bionty.public.terms import Terms
from lnschema_bionty.public.writing import table_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox import Sandbox

TOY = [
    ("X:1", "cell", "cellula", []),
    ("X:2", "T cell", "T lymphocyte|T-cell", ["X:3"]),
    ("X:3", "leukocyte", "white blood cell", ["X:1"]),
    ("X:4", "B cell", "B lymphocyte", ["X:3"]),
    ("X:5", "gamma-delta T cell", "shared", ["X:2"]),
    ("X:6", "AB", "shared", ["X:1"]),
    ("X:7", "ab", None, ["X:1"]),
]


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> public.CellType:
    """An ontology of seven terms in use, and one that isn't."""
    rows = [dict(zip(("ontology_id", "name", "synonyms", "parents"), row, strict=True)) for row in TOY]
    rows.append({"ontology_id": "X:8", "name": "obsolete cell", "obsolete": True, "replaced_by": "X:1"})
    terms = Terms(table_of("CellType", rows))
    monkeypatch.setattr(public.CellType, "terms", terms)
    return public.CellType()


# -- what it is -------------------------------------------------------------------------------------------------------


def test_repr_names_the_release(toy: public.CellType) -> None:
    """The first lines say which release this is and how many terms are in use; then what can be done."""
    lines = repr(toy).splitlines()
    assert lines[:5] == ["CellType", "Species: all", f"Source: cl, {toy.version}", "#terms: 7", ""]
    assert [line[2:].split(":")[0] for line in lines[5:]] == [
        ".df()", ".lookup()", ".search()", ".validate()", ".inspect()", ".standardize()", ".diff()", ".ontology",
    ]  # fmt: skip


def test_repr_fetches_nothing() -> None:
    """A release whose terms would have to be downloaded is shown all the same, without a network."""
    assert "Source: cl, 2022-08-16\n#terms: known once they are fetched\n" in repr(
        public.CellType(version="2022-08-16")
    )


def test_fields(toy: public.CellType) -> None:
    """Columns are attributes that print as their names and are taken wherever a field is."""
    assert toy.fields == {"ontology_id", "name", "definition", "synonyms", "parents"}
    assert str(toy.name) == repr(toy.name) == "name"
    assert toy.validate("X:2", toy.ontology_id, mute=True).tolist() == [True]
    with pytest.raises(AttributeError, match="no attribute 'nam'"):
        toy.nam  # noqa: B018 - the look-up is the test


def test_df_is_a_copy_of_terms_in_use(toy: public.CellType) -> None:
    """The frame has terms in use by id, and changing it changes nothing else."""
    frame = toy.df()
    assert frame.index.name == "ontology_id"
    assert list(frame.columns) == ["name", "definition", "synonyms", "parents"]
    frame["name"] = ""
    assert toy.df()["name"].tolist() == [name for _, name, _, _ in TOY]


def test_index_of_frames_of_other_entities() -> None:
    """Species are by name; genes have a plain index."""
    assert public.Species().df().index.name == "name"
    assert public.Gene().df().index.name is None


def test_public_ontologies_need_no_django_and_load_late(sandbox: Sandbox) -> None:
    """The door loads no library; using terms loads no Django."""
    code = (
        "import sys\nfrom lnschema_bionty import public\n"
        "print([name for name in ('django', 'pandas', 'pyarrow', 'yaml', 'pronto') if name in sys.modules])\n"
        "public.CellType().records('name', ['T cell'])\n"
        "print([name for name in ('django', 'pronto') if name in sys.modules])\n"
    )
    assert sandbox.python(code).stdout.split("\n")[:2] == ["[]", "[]"]


# -- values -----------------------------------------------------------------------------------------------------------


def test_validate_is_exact(toy: public.CellType, capsys: pytest.CaptureFixture[str]) -> None:
    """Only terms in use are valid, as they are written; the answer has the length of the input."""
    with log.at_verbosity(3):
        valid = toy.validate(["T cell", "t cell", "T-cell", "obsolete cell", None, "T cell"], "name")
    assert valid.tolist() == [True, False, False, False, False, True]
    assert "1 term (25.00%) is validated for name" in capsys.readouterr().out


def test_validate_empty_input(toy: public.CellType, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to validate is said and no error."""
    assert toy.validate([], "name").tolist() == []
    assert "input has zero length" in capsys.readouterr().out
    assert toy.inspect([], "name", mute=True).validated == []
    assert toy.standardize([]) == []


@pytest.mark.parametrize("verb", ["validate", "inspect", "standardize", "records", "search", "lookup"])
def test_wrong_field_is_one_sentence(toy: public.CellType, verb: str) -> None:
    """A column that isn't there is refused, with the columns that are."""
    calls = {"search": lambda: toy.search("x", field="nope"), "lookup": lambda: toy.lookup("nope")}
    calls |= {"records": lambda: toy.records("nope", ["x"])}
    call = calls.get(verb) or (lambda: getattr(toy, verb)(["x"], field="nope"))
    with pytest.raises(KeyError, match=r"Available fields are: \['ontology_id', 'name'") as refused:
        call()
    assert isinstance(refused.value, AssertionError)


def test_inspect(toy: public.CellType, capsys: pytest.CaptureFixture[str]) -> None:
    """The report has names in use, synonyms and other casings, and the rest; a frame on demand."""
    result = toy.inspect(["T cell", "t-cell", "nope", ""], "name")
    assert (result.validated, result.non_validated) == (["T cell"], ["t-cell", "nope"])
    assert result.synonyms_mapper == {"t-cell": "T cell"}
    assert "detected 1 terms with synonym: 't-cell'" in capsys.readouterr().out
    frame = toy.inspect(["T cell", "nope"], "name", return_df=True, mute=True)
    assert frame["__validated__"].to_dict() == {"T cell": True, "nope": False}


def test_standardize(toy: public.CellType) -> None:
    """Names stay, other casings and synonyms become names, in the order of the input."""
    values = ["T-cell", "t cell", "white blood cell", "AB", "ab", "nope", None, "T-cell"]
    assert toy.standardize(values, mute=True) == ["T cell", "T cell", "leukocyte", "AB", "ab", "nope", None, "T cell"]
    assert toy.standardize(values, return_mapper=True, mute=True) == {
        "T-cell": "T cell", "t cell": "T cell", "white blood cell": "leukocyte",
    }  # fmt: skip
    assert toy.standardize(["t-cell"], case_sensitive=True, mute=True) == ["t-cell"]


def test_synonym_of_several_terms(toy: public.CellType) -> None:
    """The first, the last, or all of the terms that share a synonym."""
    assert toy.standards(["shared"]) == {"shared": "gamma-delta T cell"}
    assert toy.standards(["shared"], keep="last") == {"shared": "AB"}
    assert toy.standards(["shared"], keep=False) == {"shared": ["gamma-delta T cell", "AB"]}
    with pytest.raises(KeyError, match="synonyms_field must be different from field!"):
        toy.standardize(["x"], field="name", synonyms_field="name")


def test_few_values_are_quickly_standardized() -> None:
    """Once the names of 80,000 genes were read, a value takes no time."""
    genes = public.Gene()
    genes.standards(["FANCD1"])
    start = process_time()
    for _ in range(100):
        assert genes.standards(["fancd1", "tcf7", "no such gene"]) == {"fancd1": "BRCA2", "tcf7": "TCF7"}
    assert process_time() - start < 1


def test_species_have_no_synonyms() -> None:
    """Where there are no synonyms nothing is standardised, not even casing."""
    assert public.Species().standardize(["Human"], mute=True) == ["Human"]


# -- rows -------------------------------------------------------------------------------------------------------------


def test_records_of_values(toy: public.CellType) -> None:
    """Known values have their rows, also obsolete ones; other casings and unknown values have none."""
    found = toy.records("name", ["T cell", "t cell", "obsolete cell", "nope"])
    assert list(found) == ["T cell", "obsolete cell"]
    assert found["T cell"][0]["parents"] == ["X:3"]
    assert found["obsolete cell"][0]["replaced_by"] == "X:1"


def test_records_of_one_value(toy: public.CellType) -> None:
    """A single text is one value; a column of lists can't be looked up."""
    assert list(toy.records(toy.name, "T cell")) == ["T cell"]
    with pytest.raises(KeyError, match="field 'parents' is invalid!"):
        toy.records("parents", ["X:1"])


def test_base_class_has_no_terms() -> None:
    """Only entities can be constructed."""
    with pytest.raises(TypeError, match="take CellType, Gene or another entity"):
        public.PublicOntology()


def test_class_of_ones_own_is_an_entity(obo: Path) -> None:
    """Its sources are in the user's list; without one the list is named, and without a name it is an entity's."""

    class Instrument(public.PublicOntology):
        def __init__(self, species: str | None = None, source: str | None = None, version: str | None = None) -> None:
            super().__init__(source, version, species, include_id_prefixes={"tools": ["X"]})

    class MyTissue(public.Tissue):
        pass

    with pytest.raises(KeyError, match=r"no source of Instrument is known: list one in .*sources_local.yaml"):
        Instrument()
    own = public.Source("Instrument", "tools", "all", "1", obo.as_uri(), licence="internal")
    public.sources.add_own(own)
    assert Instrument().origin == own
    assert Instrument().df().index.str.startswith("X:").all()
    assert MyTissue().origin == public.Tissue().origin


def test_ontologies_can_be_pickled(toy: public.CellType) -> None:
    """A copy in another process is of the same release."""
    import pickle

    assert pickle.loads(pickle.dumps(public.Tissue())).origin == public.Tissue().origin


def test_records_with_terms_in_use_first() -> None:
    """Of rows that share a value those in use are first."""
    rows = public.Gene().records("symbol", ["A4", "Y_RNA"])
    assert all(row == sorted(row, key=lambda one: one["obsolete"]) for row in rows.values())
    assert len(rows["Y_RNA"]) > 100


def test_records_by_number() -> None:
    """Numbers are found as numbers and as texts."""
    assert public.Species().records("taxon_id", [9606])[9606][0]["name"] == "human"
    assert public.Species().records("taxon_id", ["9606"])["9606"][0]["name"] == "human"


def test_records_of_many_values_take_one_pass() -> None:
    """A hundred thousand values take a second of one core at most, and one value some milliseconds."""
    genes = public.Gene()
    values = [f"unknown {number}" for number in range(60_000)] + genes.df()["ensembl_gene_id"].dropna().tolist()[
        :40_000
    ]
    start = process_time()
    assert len(genes.records("ensembl_gene_id", values)) == 40_000
    assert process_time() - start < 3
    start = process_time()
    genes.records("ensembl_gene_id", values[-1:])
    assert process_time() - start < 0.3


def test_closure_has_all_ancestors(toy: public.CellType) -> None:
    """The rows of terms and of everything above them, each once; unknown ids are left out."""
    assert set(toy.closure(["X:5", "X:4", "nope"])) == {"X:5", "X:4", "X:2", "X:3", "X:1"}
    assert toy.closure([]) == {}
    assert "UBERON:0000479" in public.Tissue().closure(["UBERON:0002371"])
    with pytest.raises(NotImplementedError, match="Gene have no parents"):
        public.Gene().closure(["x"])


# -- words ------------------------------------------------------------------------------------------------------------


def test_search_scores(toy: public.CellType) -> None:
    """Scores are those of 0.54; all terms are returned, best first, and a limit counts terms."""
    found = toy.search("t cells")
    assert found["__ratio__"].round(2).head(3).to_dict() == {"T cell": 92.31, "cell": 90.0, "gamma-delta T cell": 85.5}
    assert found.loc["leukocyte", "__ratio__"].round(2) == 75.0
    assert len(found) == 7
    assert found.index.name == "name"
    assert list(found.columns)[-1] == "__ratio__"
    assert toy.search("t cells", limit=2).index.tolist() == ["T cell", "cell"]
    assert toy.search("", limit=2).empty


def test_search_can_leave_out_synonyms(toy: public.CellType) -> None:
    """Without synonyms only names count."""
    assert toy.search("white blood cell", limit=1).index[0] == "leukocyte"
    assert toy.search("white blood cell", limit=1, synonyms_field=None).index[0] != "leukocyte"


def test_misspelt_words_are_found() -> None:
    """Typos don't hide a disease."""
    assert "breast cancer" in public.Disease().search("brest cancer", limit=5).index


def test_lookup(toy: public.CellType) -> None:
    """Terms are attributes; an entry knows the source that it is from."""
    terms = toy.lookup()
    assert terms.t_cell.ontology_id == "X:2"
    assert type(terms.t_cell).__name__ == "CellType"
    assert terms.t_cell._source == toy.origin
    assert {term.name for term in terms.ab} == {"AB", "ab"}
    assert terms.dict()["B cell"].synonyms == "B lymphocyte"
    assert toy.lookup(toy.ontology_id).x_1.name == "cell"


def test_lookup_of_a_large_table_is_quick() -> None:
    """The object for 80,000 genes is made without making 80,000 records."""
    genes = public.Gene()
    genes.table()
    start = perf_counter()
    assert genes.lookup().tcf7.ensembl_gene_id == "ENSG00000081059"
    assert perf_counter() - start < 3

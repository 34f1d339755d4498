"""``import bionty as bt`` as the guides of 0.54 use it, on its own and without an instance."""

from __future__ import annotations

import textwrap

import pytest

from tests.sandbox import Sandbox


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    """A user without an instance; scripts write nothing but their own sources."""
    return Sandbox(tmp_path_factory.mktemp("public") / "home")


def run(user, code):
    """Run a script; what it prints."""
    return user.python("import bionty as bt\n" + textwrap.dedent(code)).stdout


def test_names_and_lists_of_sources(user):
    """All exports; the sources of 2023 with their columns, addresses and digests."""
    run(
        user,
        """
        names = "Species Gene Protein CellMarker CellType CellLine Tissue Disease Phenotype Pathway ExperimentalFactor Readout".split()
        names += "DevelopmentalStage Drug Ethnicity BFXPipeline BioSample Bionty Entity BiontyField Ontology LOCAL_SOURCES".split()
        names += "display_available_sources display_currently_used_sources reset_sources dev __version__".split()
        assert {*names} <= {*dir(bt)} | {"LOCAL_SOURCES"} and all(hasattr(bt, name) for name in names)
        assert bt.Entity is bt.Bionty and bt.Readout is bt.ExperimentalFactor and issubclass(bt.Gene, bt.Bionty)
        from pathlib import Path
        from bionty._settings import settings
        assert bt.LOCAL_SOURCES == settings.versionsdir / "sources_local.yaml"
        assert bt.LOCAL_SOURCES == Path.home() / ".lamin/bionty/versions/sources_local.yaml"
        assert settings.datasetdir.parts[-2:] == settings.dynamicdir.parts[-2:] == ("lamindb", "bionty")

        available = bt.display_available_sources()
        assert available.index.name == "entity"
        assert list(available.columns) == ["source", "species", "version", "url", "md5", "source_name", "source_website"]
        cl = available.loc["CellType"].set_index("version").loc["2023-04-20"]
        assert tuple(cl) == ("cl", "all", "http://purl.obolibrary.org/obo/cl/releases/2023-04-20/cl-base.owl",
            "58cdc1545f0d35e6fce76a65331b00fb", "Cell Ontology", "https://obophenotype.github.io/cell-ontology")
        assert "2023-07-313.0" in list(available.loc["Ethnicity", "version"])
        used = bt.display_currently_used_sources()
        assert (used.index.name, list(used.columns), len(used)) == ("entity", ["species", "source", "version"], 28)
        """,
    )


def test_a_guide(user):
    """Validated, inspected, standardized, looked up and searched; what happened is told where no instance is used."""
    told = run(
        user,
        """
        cell_type = bt.CellType()
        assert (cell_type.species, cell_type.source) == ("all", "cl")
        assert repr(cell_type).splitlines()[:2] == ["CellType", "Species: all"] and len(repr(cell_type).splitlines()) == 13
        assert cell_type.fields == {"ontology_id", "name", "definition", "synonyms", "parents"}
        assert isinstance(cell_type.name, bt.BiontyField) and str(cell_type.name) == repr(cell_type.name) == "name"
        assert list(cell_type.df().loc["CL:0000084", "parents"]) == ["CL:0000542"]
        values = ["T cell", "T-cell", "t cell", "nope", "", None, "T cell"]
        assert cell_type.validate(values, cell_type.name).tolist() == [True, *[False] * 5, True]
        result = cell_type.inspect(values, field=cell_type.name)
        assert isinstance(result, bt.dev.InspectResult)
        assert (result.validated, result.non_validated) == (["T cell"], ["T-cell", "t cell", "nope"])
        assert (result["mapped"], result["not_mapped"]) == (result.validated, result.non_validated)
        assert (result.frac_validated, result.n_unique, result.n_empty) == (25.0, 4, 3)
        assert result.synonyms_mapper == {"T-cell": "T cell", "t cell": "T cell"}
        frame = cell_type.inspect(["T cell", "nope"], "name", return_df=True, mute=True)
        assert frame["__validated__"].to_dict() == {"T cell": True, "nope": False}
        assert cell_type.standardize(values) == ["T cell", "T cell", "T cell", "nope", "", None, "T cell"]
        assert cell_type.standardize(values, return_mapper=True, mute=True) == result.synonyms_mapper
        assert cell_type.standardize(["t cell"], case_sensitive=True, mute=True) == ["t cell"]
        term = cell_type.lookup().t_cell
        assert type(term).__name__ == "CellType" and term._fields == ("ontology_id", "name", "definition", "synonyms", "parents")
        assert cell_type.lookup(cell_type.ontology_id).cl_0000084 == cell_type.lookup().dict()["T cell"] == term
        found = cell_type.search("T cell", limit=3)
        assert (found.index.name, found.index[0], found.columns[-1], len(found)) == ("name", "T cell", "__ratio__", 3)
        """,
    )
    assert (
        "❗ received 4 unique terms, 3 empty/duplicated terms are ignored\n✅ 1 term (25.00%) is validated for name\n"
        in told
    )
    assert "❗ 3 terms (75.00%) are not validated for name: T-cell, t cell, nope\n" in told
    assert "→  standardize terms via .standardize()\n" in told
    assert "💡 standardized 3/4 terms\n" in told


def test_genes_and_other_entities_of_a_species(user):
    """Species come first, also by position; without one it is the human."""
    run(
        user,
        """
        gene = bt.Gene()
        assert gene.species == "human" and bt.Gene("mouse").species == bt.Gene(species="mouse").species == "mouse"
        assert gene.standardize(["FANCD1"], field=gene.symbol, mute=True) == ["BRCA2"]
        assert gene.lookup(gene.ensembl_gene_id).ensg00000081059.symbol == "TCF7"
        assert bt.Disease("all", "mondo", "2023-04-04").version == bt.Disease(version="2023-04-04").version
        assert bt.Species().df().loc["human", ["taxon_id", "scientific_name", "id"]].tolist() == [9606, "homo_sapiens", "NCBI_9606"]
        assert bt.CellMarker().validate(["CD8", "CD45"], "name", mute=True).all() and bt.Protein().df().index.name is None
        """,
    )


def test_what_is_wrong_is_an_error_of_its_kind(user):
    """Sources, columns, and ontologies that can't be compared."""
    run(
        user,
        """
        from contextlib import contextmanager
        @contextmanager
        def raises(kind, text):
            try:
                yield
            except kind as error:
                assert str(error.args[0]).startswith(text), error
            else:
                raise AssertionError(text)
        cell_type = bt.CellType()
        for species in ("human", "klingon"):
            with raises(ValueError, "No source is available with "):
                bt.CellType(species=species)
        with raises(AssertionError, "No nope column exists!"):
            cell_type.lookup("nope")
        with raises(AssertionError, "No nope column exists!"):
            cell_type.search("T cell", field="nope")
        with raises(KeyError, "field 'nope' is invalid! Available fields are: "):
            cell_type.standardize(["T cell"], field="nope")
        with raises(KeyError, "synonyms_field must be different from field!"):
            cell_type.standardize(["T cell"], field="name", synonyms_field="name")
        with raises(ValueError, "Both Bionty objects must be of the same class."):
            cell_type.diff(bt.Tissue())
        with raises(ValueError, "The versions of the Bionty objects must differ."):
            cell_type.diff(bt.CellType())
        with raises(KeyError, "invalid key"):
            cell_type.inspect(["T cell"], "name", mute=True)["nope"]
        """,
    )


def test_entity_of_ones_own(user):
    """A subclass takes its sources from the user's list, keeps the ids that it asks for, and has an ontology."""
    obo = "format-version: 1.2\n\n[Term]\nid: TOOL:1\nname: tool\n\n[Term]\nid: TOOL:2\nname: pipette\n"
    obo += 'synonym: "pipet" EXACT []\nis_a: TOOL:1\n\n[Term]\nid: TOOLBOX:1\nname: box\n'
    user.home.joinpath("tools.obo").write_text(obo)
    run(
        user,
        """
        from pathlib import Path
        class Tool(bt.Bionty):
            def __init__(self, species=None, source=None, version=None, **kwargs):
                super().__init__(source=source, version=version, species=species, include_id_prefixes={"to": ["TOOL"]}, **kwargs)
        try:
            Tool()
        except KeyError:
            bt.LOCAL_SOURCES.parent.mkdir(parents=True)
            address = Path("tools.obo").resolve().as_uri()
            bt.LOCAL_SOURCES.write_text(f'version: "0.2.3"\\nTool:\\n  to:\\n    all:\\n      1.0: {{url: "{address}"}}\\n    name: Tools\\n')
        tool = Tool()
        assert (tool.source, tool.version, list(tool.df().index)) == ("to", "1.0", ["TOOL:1", "TOOL:2"])
        assert tool.standardize(["pipet"]) == ["pipette"] and tool.lookup().pipette.parents == ["TOOL:1"]
        assert isinstance(tool.ontology, bt.Ontology) and tool.ontology.get_term("TOOL:2").name == "pipette"
        """,
    )


def test_registries_are_quiet_once_there_is_a_session(user):
    """Who imports lamindb first is told what matters, and no more."""
    told = user.python("import lamindb as ln, bionty as bt; bt.CellType().validate(['T cell', 'nope'], 'name')").stdout
    assert told == "❗ 1 term (50.00%) is not validated for name: nope\n"
    assert user.python("import bionty, lamindb as ln; print(ln.settings.verbosity)").stdout == "1\n"

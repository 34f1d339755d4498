"""Scripts with biological registries that were written for 0.54 go on working: what they call, what they get, what is said."""

from __future__ import annotations

import textwrap

import pytest

from tests.sandbox import Sandbox


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    """A user with an instance that mounts bionty; scripts share it, and use terms of their own."""
    user = Sandbox(tmp_path_factory.mktemp("biology") / "home")
    user.lamin("init", "--storage", "storage", "--schema", "bionty")
    return user


def run(user, code):
    """Run a script; what it prints."""
    return user.python("import lamindb as ln\nimport lnschema_bionty as lb\n" + textwrap.dedent(code)).stdout


def test_names_of_the_package(user):
    """All exports, by every way in."""
    run(
        user,
        """
        registries = [lb.Species, lb.Gene, lb.Protein, lb.CellMarker, lb.CellType, lb.CellLine, lb.Tissue, lb.Disease, lb.Pathway,
            lb.Phenotype, lb.ExperimentalFactor, lb.DevelopmentalStage, lb.Ethnicity]
        assert lb.Readout is lb.ExperimentalFactor
        assert all(issubclass(registry, lb.dev.BioRegistry) for registry in registries)
        assert issubclass(lb.dev.BioRegistry, (ln.dev.Registry, ln.dev.HasParents)) and not issubclass(lb.BiontySource, lb.dev.BioRegistry)
        assert type(lb.settings) is lb.dev.Settings and lb.settings.species is None and lb.settings.auto_save_parents is True
        assert (lb._schema_id, lb._name) == ("zdno", "bionty")
        from lnschema_bionty import ids
        from lnschema_bionty.models import BiontySource, CellType
        assert CellType is lb.CellType and lb.models.CellType is CellType and lb.ids is ids
        assert ids.source is ids.biontysource
        assert not hasattr(lb, "Drug") and not hasattr(lb, "BioSample") and not hasattr(lb, "BFXPipeline")
        assert ln.setup.settings.instance.schema == {"bionty"}
        """,
    )


def test_tables_and_sources_of_a_fresh_instance(user):
    """Tables and columns have the names of 0.54; 45 sources are known, 28 of them are used; migrations agree with models."""
    run(
        user,
        """
        assert lb.BiontySource.filter().count() == 45
        assert lb.BiontySource.filter(currently_used=True).count() == 28
        assert list(lb.BiontySource.filter().df().columns)[:3] == ["entity", "species", "currently_used"]
        from django.db import connection
        tables = {name for name in connection.introspection.table_names() if name.startswith("lnschema_bionty_")}
        registries = "cellline celltype developmentalstage disease ethnicity experimentalfactor pathway phenotype tissue".split()
        expected = {f"lnschema_bionty_{name}{suffix}" for name in registries for suffix in ("", "_files", "_datasets", "_parents")}
        expected |= {f"lnschema_bionty_{name}{suffix}" for name in ("species", "gene", "protein", "cellmarker") for suffix in ("", "_files", "_datasets")}
        expected |= {f"lnschema_bionty_{name}_feature_sets" for name in ("gene", "protein", "cellmarker", "pathway")}
        expected |= {"lnschema_bionty_biontysource", "lnschema_bionty_pathway_genes", "lnschema_bionty_termupdate"}
        assert tables == expected, tables ^ expected
        link = lb.CellType.parents.through._meta
        assert {field.column for field in link.fields} == {"id", "from_celltype_id", "to_celltype_id"}
        assert ln.setup.migrate.check() is True
        """,
    )


PLUGIN_MIGRATION = """
from django.db.migrations.loader import MigrationLoader
names = '''0001_initial
0002_rename_gene_type_gene_biotype_and_more
0003_alter_biontysource_entity_alter_biontysource_source_and_more
0004_alter_cellline_bionty_source_and_more
0005_rename_short_name_cellline_abbr_and_more
0006_alter_biontysource_options_alter_cellline_options_and_more
0007_rename_readout_experimental_factor
0008_remove_gene_hgnc_id_remove_gene_mgi_id_and_more
0009_alter_gene_ensembl_gene_id
0010_alter_species_name
0011_cellline_datasets_cellmarker_datasets_and_more
0012_gene_stable_id
0013_alter_cellmarker_species_alter_gene_species_and_more
0014_ethnicity_developmentalstage'''.split()
ln.File
replaced = MigrationLoader(None).disk_migrations[("lnschema_bionty", "0001_squashed_0014")].replaces
assert replaced == [("lnschema_bionty", name) for name in names]
"""


def test_migrations_keep_their_names(user):
    """Those that plug-ins name among their dependencies resolve."""
    run(user, PLUGIN_MIGRATION)


def test_table_of_behaviour(user):
    """What each call of the documentation gives on an instance without records."""
    out = run(
        user,
        """
        human = lb.Species.from_bionty(name="human")
        assert repr(human).startswith("Species(id='uHJU', name='human', taxon_id=9606, scientific_name='homo_sapiens'")
        assert human._state.adding and not lb.Species.filter().exists()
        gene = lb.Gene.from_bionty(symbol="TCF7", species="human")
        assert gene.id == "0StEa7eEhivb" and gene._state.adding and lb.Species.filter(name="human").one().id == "uHJU"
        lb.settings.species = "human"
        assert lb.Gene.from_bionty(symbol="FANCD1").symbol == "BRCA2"
        assert lb.Gene.from_bionty(symbol="no such gene") is None
        lb.CellType.from_bionty(name="T cell").save()
        for name in ("T cell", "lymphocyte", "leukocyte", "cell"):
            assert lb.CellType.filter(name=name).one()
        assert lb.CellType.filter(children__name="T cell").list("name") == ["lymphocyte"]
        assert lb.CellType.from_bionty(name="T-cell") == lb.CellType.filter(name="T cell").one()
        assert len(lb.CellType.from_values(["T cell", "T-cell", "t cell", "B cell", "B-cell"])) == 2
        assert lb.Species.from_bionty(name="Human") is None
        try:
            lb.Gene.from_bionty(symbol="TCF7", ensembl_gene_id="ENSG00000081059")
        except AssertionError as error:
            assert str(error) == "Only one field can be passed to generate record from Bionty"
        assert lb.Gene.from_bionty() is None
        lb.settings._species = None
        try:
            lb.Gene.bionty()
        except AssertionError as error:
            assert str(error) == "Gene requires to specify a species name via `species=` or `lb.settings.species=`!"
        try:
            lb.Gene(symbol="TCF7")
        except RuntimeError as error:
            assert str(error) == "please pass a species!"
        """,
    )
    assert "❗ did not create Gene record for 1 non-validated symbol: 'no such gene'" in out
    assert "❗ did not create Species record for 1 non-validated name: 'Human'" in out


def test_quickstart_of_flow_cytometry(user):
    """Markers, an assay and a tissue annotate a table of cells; ids and hashes are those that were published."""
    out = run(
        user,
        """
        import pandas as pd
        lb.settings.species = "human"
        ln.track(ln.Transform(name="Register flow cytometry data", type="pipeline"))
        markers = lb.CellMarker.from_values(["CD8", "CD45"])
        ln.save(markers)
        ln.Feature(name="sample_note", type="category").save()
        df = pd.DataFrame({"CD8": [0.1, 0.2], "CD45": [1.0, 2.0]})
        file = ln.File.from_df(df, lb.CellMarker.name, description="My flow cytometry")
        file.save()
        columns = file.feature_sets["columns"]
        assert (columns.hash, columns.registry, columns.n) == ("VwiLioP9FaLRLPqK7k2c", "bionty.CellMarker", 2)
        assert {marker.id for marker in file.features["columns"]} == {"ttBc0Fs01sYk", "SdwCLUTx0Bod"}
        efo = lb.ExperimentalFactor.from_bionty(ontology_id="EFO:0009108")
        assert (efo.id, efo.name) == ("lh5Cxy8w", "fluorescence-activated cell sorting")
        efo.save()
        tissue = lb.Tissue.from_bionty(name="bone marrow")
        assert (tissue.id, tissue.ontology_id) == ("2QjOQrtg", "UBERON:0002371")
        tissue.save()
        assay, origin = ln.Feature(name="assay", type="category"), ln.Feature(name="tissue", type="category")
        ln.save([assay, origin])
        file.labels.add(efo, assay)
        file.labels.add(tissue, origin)
        assert file.experimental_factors.one() == efo and file.tissues.one() == tissue
        assert file.labels.get(assay).one() == efo
        assert ln.File.filter(experimental_factors=efo, tissues__name="bone marrow").one() == file
        assert ln.File.filter(feature_sets__cell_markers__name="CD8").one() == file
        assert "bionty.ExperimentalFactor" in assay.registries
        file.describe()
        print(file.features)
        """,
    )
    assert "'fluorescence-activated cell sorting'" in out
    assert "🏷️ tissues (1, bionty.Tissue): 'bone marrow'" in out
    assert "CD45" in out


def test_single_cells_with_genes(user):
    """An AnnData whose variables are genes and whose observations are cell types; values are validated before."""
    run(
        user,
        """
        import anndata as ad, numpy as np, pandas as pd
        lb.settings.species = "human"
        symbols = ["TCF7", "BRCA2", "CD4"]
        ln.save(lb.Gene.from_values(symbols, lb.Gene.symbol))
        assert lb.Gene.validate(symbols, lb.Gene.symbol).all()
        result = lb.Gene.inspect([*symbols, "FANCD1", "nonsense"], lb.Gene.symbol)
        assert result.synonyms_mapper == {"FANCD1": "BRCA2"} and result.frac_validated == 60.0
        obs = pd.DataFrame({"cell_type": ["neuron", "nerve cell"]}, index=["a", "b"])
        obs["cell_type"] = lb.CellType.standardize(obs["cell_type"])
        assert obs["cell_type"].tolist() == ["neuron", "neuron"]
        adata = ad.AnnData(np.ones((2, 3), dtype="float32"), obs=obs, var=pd.DataFrame(index=symbols))
        ln.save(ln.Feature.from_df(obs))
        file = ln.File.from_anndata(adata, field=lb.Gene.symbol, description="cells")
        file.save()
        assert (file.feature_sets["var"].registry, file.feature_sets["var"].type) == ("bionty.Gene", "number")
        types = lb.CellType.from_values(adata.obs["cell_type"])
        ln.save(types)
        feature = ln.Feature.filter(name="cell_type").one()
        file.labels.add(types, feature)
        assert file.cell_types.list("name") == ["neuron"]
        assert set(file.features["var"].list("symbol")) == set(symbols)
        assert ln.File.filter(feature_sets__genes__symbol="TCF7").one() == file
        assert ln.FeatureSet.from_values(symbols, lb.Gene.symbol, species="human") == file.feature_sets["var"]
        """,
    )


def test_terms_of_ones_own(user):
    """With parents and synonyms, beside public ones; parents are drawn."""
    out = run(
        user,
        """
        record = lb.CellType(name="my new cell type", description="mine")
        record.save()
        assert repr(record).startswith(f"CellType(id='{record.id}', name='my new cell type', description='mine', updated_at=")
        cell = lb.CellType.from_bionty(ontology_id="CL:0000000")
        cell.save()
        record.parents.add(cell)
        assert record.parents.list("name") == ["cell"] and record in cell.children.all()
        record.add_synonym("mnct")
        record.set_abbr("MNCT")
        assert lb.CellType.filter(abbr="MNCT").one() == record
        assert lb.CellType.standardize("mnct") == "my new cell type"
        assert lb.CellType(name="my new cell type") == record
        graph = record.view_parents()
        assert graph.name == record.id and f'"{cell.id}" -> "{record.id}"' in graph.source
        species = lb.Species.from_bionty(name="human")
        species.save()
        try:
            species.view_parents()
        except NotImplementedError as error:
            print(error)
        ln.save([lb.CellType(name="a"), lb.CellType(name="b")], parents=False)
        ln.view(schema="bionty")
        """,
    )
    assert "Parents view is not supported for Species!" in out
    assert "✅ loaded" not in out
    assert "CellType" in out.splitlines()


def test_public_source_of_a_registry(user):
    """Searched, looked up, and turned into records."""
    run(
        user,
        """
        public = lb.CellType.bionty()
        assert {"ontology_id", "name", "definition", "synonyms", "parents"} <= public.fields
        assert public.df().index.name == "ontology_id"
        assert public.search("T cells").index[0] == "T cell"
        assert public.lookup().t_cell.ontology_id == "CL:0000084"
        record = lb.CellType(public.lookup().b_cell)
        assert (record.id, record.name) == ("cx8VcggA", "B cell")
        assert record.bionty_source.version == public.version
        gene = lb.Gene(lb.Gene.bionty(species="human").lookup("symbol").tcf7)
        assert gene.id == "0StEa7eEhivb" and gene.species.name == "human"
        source = lb.BiontySource.filter(entity="Disease", species="all", currently_used=True).one()
        assert source.source == "mondo" and source.source_name == "Mondo Disease Ontology"
        """,
    )

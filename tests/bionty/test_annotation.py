"""Files and datasets with biological labels and features."""

from __future__ import annotations

import pytest


@pytest.fixture
def file(lb, tmp_path):
    """A saved file."""
    import lamindb as ln

    path = tmp_path / "notes.txt"
    path.write_text("biology")
    file = ln.File(path, description="labelled")
    file.save()
    return file


@pytest.fixture
def make_feature(instance):
    """Make a saved feature."""

    def make(name):
        import lamindb as ln

        feature = ln.Feature(name=name, type="category")
        feature.save()
        return feature

    return make


def test_registries_have_their_accessors(lb):
    """On files and datasets those of labels, on feature sets those of members."""
    import lamindb as ln

    accessors = {
        "Species": "species",
        "Gene": "genes",
        "Protein": "proteins",
        "CellMarker": "cell_markers",
        "Pathway": "pathways",
        "Tissue": "tissues",
        "CellType": "cell_types",
        "CellLine": "cell_lines",
        "Disease": "diseases",
        "Phenotype": "phenotypes",
        "ExperimentalFactor": "experimental_factors",
        "DevelopmentalStage": "developmental_stages",
        "Ethnicity": "ethnicities",
    }
    for name, accessor in accessors.items():
        registry = getattr(lb, name)
        assert registry.__get_name_with_schema__() == f"bionty.{name}"
        for host in (ln.File, ln.Dataset):
            assert getattr(host, accessor).field.model is registry
        assert hasattr(ln.FeatureSet, accessor) == (name in {"Gene", "Protein", "CellMarker", "Pathway"})


def test_labels_keep_their_features(lb, file, make_feature):
    """Two columns of tissues are told apart; queries find the file by label and feature."""
    import lamindb as ln

    origin, target = make_feature("origin"), make_feature("target")
    blood, marrow = lb.Tissue.from_bionty(name="blood"), lb.Tissue.from_bionty(name="bone marrow")
    ln.save([blood, marrow])
    file.labels.add(blood, origin)
    file.labels.add(marrow, target)
    assert file.labels.get(origin).one() == blood
    assert file.labels.get(target).one() == marrow
    assert origin.registries == "bionty.Tissue"
    assert ln.File.filter(tissues__name="blood").one() == file
    assert ln.File.filter_by_label("bone marrow", target).one() == file
    assert not ln.File.filter_by_label(blood, target).exists()


def test_file_is_described(lb, file, make_feature, capsys):
    """With its labels by feature and by registry."""
    record = lb.ExperimentalFactor.from_bionty(ontology_id="EFO:0009108")
    record.save(parents=False)
    file.labels.add(record, make_feature("assay"))
    capsys.readouterr()
    file.describe()
    said = capsys.readouterr().out
    assert "experimental_factors (1, bionty.ExperimentalFactor): 'fluorescence-activated cell sorting'" in said
    assert "🔗 assay (1, bionty.ExperimentalFactor): 'fluorescence-activated cell sorting'" in said


def test_files_of_a_term_or_any_below_it(lb, file, make_feature, count_queries, tmp_path):
    """One statement, however deep the hierarchy is."""
    import lamindb as ln

    t_cell = lb.CellType.from_bionty(name="CD8-positive, alpha-beta T cell")
    t_cell.save()
    file.labels.add(t_cell, make_feature("cell_type"))
    dataset = ln.Dataset(file, name="labelled")
    dataset.save()
    dataset.cell_types.add(t_cell)
    leukocyte = lb.CellType.filter(name="leukocyte").one()
    assert t_cell in leukocyte.descendants()
    assert t_cell not in leukocyte.ancestors()
    with count_queries() as queries:
        files = ln.File.filter(cell_types__in=leukocyte.with_descendants()).list()
    assert files == [file]
    assert len(queries) == 1
    assert ln.Dataset.filter(cell_types__in=leukocyte.with_descendants()).one() == dataset
    assert not ln.File.filter(cell_types=leukocyte).exists()
    lb.CellType.from_bionty(name="neuron").save()
    neuron = lb.CellType.filter(name="neuron").one()
    assert not ln.File.filter(cell_types__in=neuron.with_descendants()).exists()
    several = lb.CellType.filter(name__in=["neuron", "lymphocyte"])
    assert ln.File.filter(cell_types__in=several.with_descendants()).distinct().one() == file


def test_parents_are_drawn(lb):
    """All generations above a term, with arrows to children; the term stands out."""
    record = lb.CellType.from_bionty(name="T cell")
    record.save()
    source = record.view_parents(distance=50).source
    assert all(f"<{name}>" in source for name in ("T cell", "lymphocyte", "leukocyte", "cell"))
    lymphocyte = lb.CellType.filter(name="lymphocyte").one()
    assert f'"{lymphocyte.id}" -> "{record.id}"' in source
    assert "#10b981" in source
    children = lymphocyte.view_parents(with_children=True).source
    assert "<T cell>" in children


def test_markers_make_the_feature_set_of_the_quickstart(lb):
    """Its hash is that of the published one."""
    import lamindb as ln

    markers = lb.CellMarker.from_values(["CD8", "CD45"], species="human")
    ln.save(markers)
    feature_set = ln.FeatureSet(markers)
    feature_set.save()
    assert feature_set.hash == "VwiLioP9FaLRLPqK7k2c"
    assert (feature_set.registry, feature_set.type, feature_set.n) == ("bionty.CellMarker", "number", 2)
    assert set(feature_set.cell_markers.list("name")) == {"CD8", "CD45"}
    assert ln.FeatureSet.from_values(["CD8", "CD45"], lb.CellMarker.name, species="human") == feature_set


def test_feature_sets_have_all_genes_of_a_symbol(lb):
    """Some symbols belong to several genes: all are members, the oldest first, where it stands among the values."""
    import lamindb as ln

    lb.settings.species = "human"
    pairs = [("HBA1", "ENSG2"), ("CD8A", "ENSG3"), ("HBA1", "ENSG1")]
    genes = [
        lb.Gene.from_fields(symbol=symbol, ensembl_gene_id=one, species=lb.settings.species) for symbol, one in pairs
    ]
    for gene in genes:
        gene.save()
    feature_set = ln.FeatureSet.from_values(["CD8A", "HBA1"], lb.Gene.symbol)
    assert feature_set._features == ("genes", [genes[1], genes[0], genes[2]])
    feature_set.save()
    assert set(feature_set.genes.list()) == {*genes}


def test_registries_without_feature_sets_say_so(lb):
    """Cell types are labels and no features."""
    import lamindb as ln

    record = lb.CellType(name="my state")
    record.save()
    with pytest.raises(ValueError, match="Can't create feature sets from CellType because it's not related to it!"):
        ln.FeatureSet([record])


@pytest.mark.slow
def test_object_with_many_genes(lb, count_queries):
    """25,000 genes are validated, and linked in a few statements."""
    import anndata as ad
    import numpy as np
    import pandas as pd

    import lamindb as ln

    lb.settings.species = "human"
    frame = lb.Gene.bionty().df()
    ids = frame["ensembl_gene_id"].dropna().drop_duplicates()[:25_000]
    genes = lb.Gene.from_values(ids, lb.Gene.ensembl_gene_id)
    assert len(genes) == 25_000
    ln.save(genes)
    adata = ad.AnnData(np.ones((2, 25_000), dtype="float32"), var=pd.DataFrame(index=list(ids)))
    file = ln.File.from_anndata(adata, lb.Gene.ensembl_gene_id, description="many genes")
    with count_queries() as queries:
        file.save()
    assert len(queries) < 40
    assert file.feature_sets["var"].n == 25_000
    assert file.features["var"].count() == 25_000
    assert file.feature_sets["var"].registry == "bionty.Gene"
    assert ln.File.filter(feature_sets__genes__symbol=genes[0].symbol).first() == file


def test_registries_are_searched_looked_up_and_shown(lb, capsys):
    """Like all registries."""
    import lamindb as ln

    lb.CellType.from_bionty(name="T cell").save()
    assert lb.CellType.search("t cells").index[0] == "T cell"
    assert lb.CellType.lookup().t_cell.ontology_id == "CL:0000084"
    lb.settings.species = "human"
    lb.Gene.from_bionty(symbol="TCF7").save()
    assert lb.Gene.lookup().tcf7.symbol == "TCF7"
    assert lb.Gene.search("TCF7").index[0] == "TCF7"
    capsys.readouterr()
    ln.view(schema="bionty", registries=["CellType", "Gene"])
    said = capsys.readouterr().out
    assert "CellType" in said
    assert "TCF7" in said


def test_terms_of_the_same_name_are_told_apart(lb):
    """A name of two terms gives both records, and what is ambiguous is reported."""
    first = lb.Disease(name="twice", ontology_id="A:1")
    second = lb.Disease(name="twice", ontology_id="B:1")
    import lamindb as ln

    ln.save([first, second])
    assert set(lb.Disease.from_values(["twice"])) == {first, second}
    assert lb.Disease(name="twice", ontology_id="B:1") == second


def test_frame_has_the_columns_in_order(lb):
    """As records are printed."""
    lb.CellType(name="x").save()
    assert list(lb.CellType.filter().df().columns) == [
        "name",
        "ontology_id",
        "abbr",
        "synonyms",
        "description",
        "bionty_source_id",
        "updated_at",
        "created_by_id",
    ]
    lb.settings.species = "human"
    assert list(lb.Gene.filter().df().columns)[:8] == [
        "symbol",
        "stable_id",
        "ensembl_gene_id",
        "ncbi_gene_ids",
        "biotype",
        "description",
        "synonyms",
        "species_id",
    ]


def test_criteria_for_genes_need_a_species(lb):
    """One sentence that says where it is given; and genes of the public reference are suggested once it is."""
    import pandas as pd

    import lamindb as ln
    from lamindb.errors import InvalidCriteria

    frame = pd.DataFrame({"gene": ["CD8A"]})
    with pytest.raises(InvalidCriteria, match=r"scope=\{'species': 'human'\}"):
        ln.Criteria({"gene": lb.Gene.symbol}).inspect(frame)
    report = ln.Criteria({"gene": {"registry": lb.Gene.symbol, "scope": {"species": "human"}}}).inspect(frame)
    assert report.df[["value", "suggestion", "how"]].to_numpy().tolist() == [["CD8A", "CD8A", "public"]]


def test_view_names_the_schemas_of_which_something_is_shown(lb, capsys):
    """A banner stands above the registries of each schema, and not where none of them was asked for."""
    import lamindb as ln

    lb.CellType(name="my state").save()
    capsys.readouterr()
    ln.view(registries="CellType")
    shown = capsys.readouterr().out
    assert "my state" in shown
    assert "module: bionty" in shown
    assert "module: core" not in shown

"""Packages that others wrote mount as they are, and their registries work like those of core and bionty."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.plugins.conftest import install
from tests.servers import postgres

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

START = "import lamindb as ln, pandas as pd\nfrom lamindb import log\nlog.set_verbosity(3)\n"


def run(user: Sandbox, code: str) -> str:
    """What a script prints."""
    return user.python(START + textwrap.dedent(code)).stdout


def test_all_migrations_are_applied_and_agree_with_the_registries(lab: Sandbox) -> None:
    """Those of the older package name migrations of core and bionty that newer ones have replaced."""
    assert lab.lamin("migrate", "check").returncode == 0
    found = json.loads(lab.lamin("plugin", "check", "--json").stdout)["plugins"]
    assert [(one["package"], one["status"]) for one in found] == [
        ("lnschema_bionty", "mounted"),
        ("lnschema_lamin1", "mounted"),
        ("lnschema_assays", "mounted"),
        ("lnschema_vetbio", "mounted"),
    ]
    assert [one["version"] for one in found[1:]] == ["0.23.1", "1.2", "0.2.0"]


def test_records_relate_to_those_of_bionty_and_label_files(lab: Sandbox) -> None:
    """A sample has a species and cell types; it is found through them, and files and datasets are found through it."""
    out = run(
        lab,
        """
        import lnschema_bionty as lb
        from lnschema_lamin1 import Biosample, Experiment, TreatmentTarget
        human = lb.Species(name="dragon", id="NCBI_9999999")
        human.save()
        neuron = lb.CellType(name="my neuron")
        neuron.save()
        sample = Biosample(name="sample of cells", species=human)
        sample.save()
        sample.cell_types.add(neuron)
        target = TreatmentTarget(name="target")
        target.save()
        assert Biosample.filter(cell_types__name="my neuron").one() == sample == neuron.biosamples.one()
        assert sample in human.biosamples.all()

        file = ln.File(pd.DataFrame({"x": [1]}), description="of a sample")
        file.save()
        dataset = ln.Dataset(file, name="of a sample")
        dataset.save()
        feature = ln.Feature(name="sample", type="category", registries=[Biosample])
        feature.save()
        file.labels.add(sample, feature)
        dataset.labels.add(sample, feature)
        file.treatment_targets.add(target)
        assert ln.File.filter(biosamples__cell_types__name="my neuron").one() == file
        assert ln.Dataset.filter(biosamples__species=human).one() == dataset
        assert file.labels.get(feature).one() == sample
        assert Biosample.search("of cells").index[0] == "sample of cells"
        file.describe()
        """,
    )
    assert "  🏷️ biosamples (1, lamin1.Biosample): 'sample of cells'" in out.splitlines()
    assert "    🔗 sample (1, lamin1.Biosample): 'sample of cells'" in out.splitlines()


def test_registries_of_the_modern_package_have_all_that_core_offers(lab: Sandbox) -> None:
    """Vocabulary, hierarchy, feature sets, labels, search in declared fields, and rows that must exist."""
    out = run(
        lab,
        """
        import anndata as ad, numpy as np
        from lnschema_assays.models import Assay, Guide
        assert Assay.filter(name="unknown assay").count() == 1
        assays = [Assay(name="scRNA-seq", synonyms="single-cell RNA|scRNA", description="in droplets"), Assay(name="RNA-seq")]
        ln.save(assays)
        assays[0].parents.add(assays[1])
        assert assays[1].children.one() == assays[0]
        assert Assay.standardize(["scRNA", "RNA-seq"]) == ["scRNA-seq", "RNA-seq"]
        assert Assay.validate(["RNA-seq", "typo"]).tolist() == [True, False]
        assert Assay.from_values(["single-cell RNA"]) == [assays[0]]
        assert Assay.search("droplets", return_queryset=True)[0] == assays[0]
        ln.save([Guide(name=f"g{number}", assay=assays[0]) for number in range(3)])
        adata = ad.AnnData(np.ones((2, 3), dtype="float32"), var=pd.DataFrame(index=["g0", "g1", "g2"]))
        file = ln.File.from_anndata(adata, Guide.name, description="screen")
        file.save()
        assert file.feature_sets["var"].registry == "assays.Guide"
        assert ln.File.filter(feature_sets__guides__assay__name="scRNA-seq").distinct().one() == file
        feature = ln.Feature(name="assay", type="category")
        feature.save()
        file.labels.add(assays[0], feature)
        assert file.labels.get(feature).list("name") == ["scRNA-seq"]
        ln.view(schema="assays")
        file.describe()
        """,
    )
    assert "  🏷️ assays (1, assays.Assay): 'scRNA-seq'" in out.splitlines()
    assert "Guide" in out.splitlines()
    listed = json.loads(lab.lamin("list", "assays.Guide", "--json").stdout)["records"]
    assert {record["name"] for record in listed} == {"g0", "g1", "g2"}


def test_registry_that_extends_another_one(lab: Sandbox) -> None:
    """Its records are rows in both tables, however they are saved, and work like those of any registry."""
    run(
        lab,
        """
        from lnschema_assays.models import Assay, Screen
        first = Screen(name="CRISPR screen", library="Brunello")
        first.save()
        second = Screen(name="drug screen", synonyms="compound screen")
        first.library = "Dolcetto"
        ln.save([first, second, Assay(name="assay of cells")])
        assert Screen.filter(library="Dolcetto").one() == first
        assert {"CRISPR screen", "drug screen", "assay of cells"} <= set(Assay.filter().list("name"))
        assert Screen.from_values(["compound screen", "CRISPR screen"]) == [second, first]
        second.parents.add(first)
        assert Screen.filter(parents__name="CRISPR screen").df()["name"].tolist() == ["drug screen"]
        second.library = "FDA"
        ln.save([second])
        assert Screen.filter(library="FDA").one() == second
        for record in (second, first):
            record.delete()
        assert not Screen.filter().exists() and not Assay.filter(name="drug screen").exists()
        """,
    )


def test_registry_that_has_the_table_of_another_one(lab: Sandbox) -> None:
    """What is saved through a proxy is a record of both."""
    run(
        lab,
        """
        from lnschema_assays.models import Assay, SequencingAssay
        SequencingAssay(name="ATAC-seq").save()
        ln.save([SequencingAssay(name="ChIP-seq"), SequencingAssay(name="ATAC-seq")])
        names = {"ATAC-seq", "ChIP-seq"}
        assert names == set(Assay.filter(name__in=names).list("name"))
        assert {record.name for record in SequencingAssay.from_values([*names, "unheard of"])} == names
        """,
    )


def test_biological_registry_without_sources(lab: Sandbox) -> None:
    """Parents are found by their ontology ids among the records that there are."""
    run(
        lab,
        """
        from lnschema_vetbio.models import Rank
        Rank(name="family", ontology_id="RANK:1").save()
        ln.save([Rank(name="genus", ontology_id="RANK:2", parents=["RANK:1"])])
        assert Rank.filter(name="genus").one().parents.list("name") == ["family"]
        assert Rank.standardize(["genus", "tribe"]) == ["genus", "tribe"]
        """,
    )


def test_registries_of_biology_of_another_package(lab: Sandbox) -> None:
    """They have species and parents, label files by a link table with a feature, and need no public source and no times."""
    run(
        lab,
        """
        import lnschema_bionty as lb
        from lnschema_vetbio import Breed, FileBreed, Strain
        lb.settings.species = "human"
        hound = Breed(name="hound", ontology_id="VBO:1")
        hound.save()
        beagle = Breed(name="beagle", ontology_id="VBO:2", synonyms="Beagle dog", parents=["VBO:1", "VBO:none"])
        beagle.save()
        assert beagle.parents.one() == hound and beagle.species.name == "human"
        assert Breed.bionty() is None and Breed.from_bionty(name="unheard of") is None
        assert Breed.from_values(["beagle dog", "unheard of"]) == [beagle]
        assert not Breed.validate(["beagle"], species="mouse").any()

        file = ln.File(pd.DataFrame({"x": [1]}), description="of a beagle")
        file.save()
        features = [ln.Feature(name=name, type="category") for name in ("breed", "breed of the mother")]
        ln.save(features)
        for feature in features:
            file.labels.add(beagle, feature)
        assert FileBreed.filter().one().feature == features[0]
        assert file.labels.get(features[1]).one() == beagle
        assert ln.File.filter(breeds__in=hound.with_descendants()).one() == file

        strains = [Strain(name=name) for name in ("first", "second")]
        ln.save(strains)
        strains[0].save()
        third = Strain(name="third")
        third.save()
        assert Strain.filter().list("name") == ["first", "second", "third"] and Strain.validate(["first"]).all()
        """,
    )


def test_packages_are_listed_with_those_that_are_not_mounted(sandbox: Sandbox) -> None:
    """Mounted ones first; others by their names, without being imported, and those that an entry point announces."""
    install(sandbox)
    announced = sandbox.home / "elsewhere"
    (announced / "site.dist-info").mkdir(parents=True)
    (announced / "site.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: site\nVersion: 7\n")
    (announced / "site.dist-info" / "entry_points.txt").write_text("[lamindb.schemas]\nsite = lnschema_site\n")
    sandbox.environment["PYTHONPATH"] += f":{announced}"
    before = json.loads(sandbox.lamin("plugin", "list", "--json").stdout)["plugins"]
    assert {one["schema"]: one["status"] for one in before} == {
        "assays": "available",
        "bionty": "available",
        "lamin1": "available",
        "site": "available",
        "vetbio": "available",
    }
    sandbox.lamin("init", "--storage", "storage", "--schema", "assays")
    lines = sandbox.lamin("plugin", "list").stdout.splitlines()
    assert lines[1].split() == ["assays", "lnschema_assays", "1.2", "mounted"]
    assert len(lines) == 6


@pytest.mark.postgres
def test_packages_mount_on_postgres(sandbox: Sandbox, postgres_server: str) -> None:
    """With all migrations, and labels of both."""
    install(sandbox)
    url = postgres.create_database(postgres_server, "plugins")
    sandbox.lamin("init", "--storage", "storage", "--db", url, "--schema", "bionty,lamin1,assays,vetbio")
    out = run(
        sandbox,
        """
        from lnschema_assays.models import Assay
        from lnschema_lamin1 import Biosample
        assert ln.setup.migrate.check()
        sample, assay = Biosample(name="s"), Assay.filter(name="unknown assay").one()
        sample.save()
        file = ln.File(pd.DataFrame({"x": [1]}), description="labelled")
        file.save()
        file.biosamples.add(sample)
        file.assays.add(assay)
        file.describe()
        """,
    )
    assert "  🏷️ biosamples (1, lamin1.Biosample): 's'" in out.splitlines()
    assert "  🏷️ assays (1, assays.Assay): 'unknown assay'" in out.splitlines()

"""``ln.dev``, ``ln.schema`` and the sample data: names, paths of import and values that plug-ins and tests of 0.54 rely on."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pytest
import zarr

import lamindb as ln

EXPORTS = {
    "lamindb": (
        "File Dataset Transform Run User Storage ULabel Feature FeatureSet Modality track view save add delete select "
        "settings run_context setup schema dev __version__ InstanceNotSetupError"
    ),
    "lamindb.dev": (
        "Registry QuerySet QueryManager Data FeatureManager LabelManager CanValidate HasParents InspectResult run_context "
        "Settings datasets hashing storage fields types exceptions versioning"
    ),
    "lamindb.dev.storage": (
        "AnnDataAccessor BackedAccessor UPath LocalPathClasses infer_filesystem size_adata delete_storage load_to_memory "
        "store_object infer_suffix write_to_file backed_access"
    ),
    "lamindb.dev.storage.file": (
        "read_adata_h5ad read_fcs read_tsv delete_storage delete_storage_using_key auto_storage_key_from_file "
        "auto_storage_key_from_id_suffix attempt_accessing_path filepath_from_file extract_suffix_from_path "
        "AUTO_KEY_PREFIX KNOWN_SUFFIXES ProgressCallback print_hook load_to_memory store_object infer_suffix write_to_file"
    ),
    "lamindb.dev.storage._zarr": "read_adata_zarr write_adata_zarr",
    "lamindb.dev.hashing": "hash_set hash_file to_b64_str b16_to_b64",
    "lamindb.dev.versioning": "set_version init_id get_initial_version_id get_ids_from_old_version",
    "lamindb.dev.types": "PathLike DataLike StrField ListLike TransformType",
    "lamindb.dev.fields": "FieldAttr",
    "lamindb.dev.exceptions": "ValidationError",
    "lamindb.dev._run_context": "run_context UpdateNbWithNonInteractiveEditorError NotebookNotSavedError NoTitleError",
    "lamindb._query_set": "QuerySet NoResultFound MultipleResultsFound",
    "lnschema_core": "User Storage Transform Run ULabel Modality Feature FeatureSet File Dataset models ids types users",
    "lnschema_core.models": (
        "Registry ORM CanValidate HasParents Data LinkORM User Storage Transform Run ULabel Modality Feature FeatureSet File "
        "Dataset FileFeatureSet DatasetFeatureSet FileULabel DatasetULabel"
    ),
    "lnschema_core.ids": (
        "base62 base64 base26 base62_4 base62_8 base62_12 base62_14 base62_16 base62_18 base62_20 base62_24"
    ),
    "lnschema_core.types": "ChoicesMixin TransformType",
    "lnschema_core.users": "current_user_id",
}


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize("module", EXPORTS)
def test_names_are_where_they_were(module):
    """Every name can be imported from its module."""
    room = import_module(module)
    for name in EXPORTS[module].split():
        if not hasattr(room, name):
            import_module(f"{module}.{name}")


@pytest.mark.usefixtures("instance")
def test_names_lead_to_the_same_things():
    """A verb or class has one implementation, whatever it is called."""
    assert ln.add is ln.save
    assert ln.track == ln.run_context._track
    assert ln.run_context is ln.dev.run_context is import_module("lamindb.dev._run_context").run_context
    assert isinstance(ln.settings, ln.dev.Settings)
    assert issubclass(ln.File, ln.dev.Registry)
    assert issubclass(ln.File, ln.dev.Data)
    assert issubclass(ln.ULabel, ln.dev.CanValidate)
    assert issubclass(ln.ULabel, ln.dev.HasParents)
    assert isinstance(ln.ULabel.filter(), ln.dev.QuerySet)
    assert isinstance(ln.ULabel.objects, ln.dev.QueryManager)
    assert isinstance(ln.ULabel.inspect(["a"], mute=True), ln.dev.InspectResult)
    assert ln.setup is import_module("lamindb.setup")


def test_schema_packages_say_who_they_are():
    """Name, id and version, which packaging and notebooks list; no instance is needed."""
    core, bionty = import_module("lnschema_core"), import_module("lnschema_bionty")
    assert (core._name, core._schema_id, core.__version__) == ("core", "yvzi", ln.__version__)
    assert (bionty._name, bionty._schema_id, bionty.__version__) == ("bionty", "zdno", ln.__version__)


def test_enumerations_of_plugins_give_choices():
    """``ChoicesMixin`` makes pairs of value and name."""
    from enum import Enum

    from lnschema_core.types import ChoicesMixin, TransformType

    class System(ChoicesMixin, Enum):
        CRISPR_Cas9 = "CRISPR Cas9"

    assert list(System.choices()) == [("CRISPR Cas9", "CRISPR_Cas9")]
    assert [str(kind) for kind in TransformType] == ["pipeline", "notebook", "app", "api"]


# -- objects in storage -----------------------------------------------------------------------------------------------


def test_objects_are_written_and_read_by_suffix(elsewhere):
    """Paths may be texts; what has no reader comes back as its path."""
    storage = ln.dev.storage
    frame = pd.DataFrame({"x": [1, 2]})
    cells = ad.AnnData(np.ones((2, 3), dtype="float32"))
    storage.write_to_file(frame, "x.parquet")
    storage.write_to_file(cells, elsewhere / "x.h5ad")
    assert storage.load_to_memory("x.parquet").equals(frame)
    assert storage.load_to_memory("x.h5ad").shape == (2, 3)
    (elsewhere / "x.txt").write_text("abc")
    assert str(storage.load_to_memory("x.txt")) == "x.txt"
    assert [storage.infer_suffix(frame), storage.infer_suffix(cells), storage.infer_suffix(cells, "zarr")] == [
        ".parquet",
        ".h5ad",
        ".zarr",
    ]
    assert storage.size_adata(cells) >= cells.X.nbytes
    for verb in (storage.infer_suffix, lambda thing: storage.write_to_file(thing, "x.parquet")):
        with pytest.raises(NotImplementedError):
            verb({"no": "frame"})
    with pytest.raises(FileNotFoundError, match=r"nowhere/x is not an existing path!"):
        storage.delete_storage("nowhere/x")


def test_readers_take_texts_for_paths(elsewhere):
    """Paths are read wherever they come from."""
    from lamindb.dev.storage import _zarr, file

    Path("x.tsv").write_text("a\tb\n1\t2\n")
    assert file.read_tsv("x.tsv").to_dict("list") == {"a": [1], "b": [2]}
    cells = ad.AnnData(np.ones((2, 3), dtype="float32"))
    cells.write_h5ad(elsewhere / "x.h5ad")
    _zarr.write_adata_zarr(cells, "x.zarr")
    for read in (file.read_adata_h5ad, lambda path: file.backed_access(path).to_memory()):
        assert read("x.h5ad").X.tolist() == cells.X.tolist()
    assert _zarr.read_adata_zarr("x.zarr").X.tolist() == cells.X.tolist()


@pytest.mark.usefixtures("instance")
def test_what_is_no_hdf5_or_zarr_is_not_opened(elsewhere):
    """A file and its path are opened alike; of another format, both are refused with the suffixes that there are."""
    opened = ln.dev.storage.backed_access
    message = r"file should have \.h5, \.hdf5, \.h5ad, \.zarr or \.zrad suffix, not \.txt\."
    Path("x.txt").write_text("x")
    for thing in ("x.txt", elsewhere / "x.txt", ln.File("x.txt", description="x")):
        with pytest.raises(ValueError, match=message):
            opened(thing)
    file = ln.File(ad.AnnData(np.ones((2, 3), dtype="float32")), description="cells")
    file.save()
    assert opened(file).shape == opened(file.path).shape == (2, 3)


@pytest.mark.usefixtures("instance")
def test_stores_and_arrays_are_written_and_opened(elsewhere):
    """A callback is told of the progress; the connection of an accessor is what is to be closed."""
    from lamindb.dev.storage._zarr import read_adata_zarr, write_adata_zarr

    cells, told = ad.AnnData(np.ones((4, 3), dtype="float32")), []
    write_adata_zarr(cells, "x.zarr", lambda total, done: told.append((total, done)), (2, 2))
    assert read_adata_zarr(Path("x.zarr")).X.tolist() == cells.X.tolist()
    assert told[-1][0] == told[-1][1] > 0
    with h5py.File("x.h5", "w") as written:
        written["numbers"] = [1, 2]
    file = ln.File(elsewhere / "x.h5", description="x")
    opened = file.backed()
    assert isinstance(opened, ln.dev.storage.BackedAccessor)
    assert opened.storage["numbers"][1] == 2
    opened.connection.close()
    assert not opened.storage
    assert zarr.open_group("plain.zarr", mode="w").attrs.asdict() == {}
    assert ln.File("plain.zarr", description="x").backed().connection is None


@pytest.mark.usefixtures("instance")
def test_objects_of_a_file_are_found_and_deleted_by_key(elsewhere):
    """What plug-ins use to look after the objects of a file; no key leads out of its storage location (D-9)."""
    from lamindb.dev.storage import file as verbs

    Path("a.csv.gz").write_text("x")
    file = ln.File("a.csv.gz", description="table")
    file.save()
    key = verbs.auto_storage_key_from_file(file)
    assert (
        key == verbs.auto_storage_key_from_id_suffix(file.id, ".csv.gz") == f"{verbs.AUTO_KEY_PREFIX}{file.id}.csv.gz"
    )
    with pytest.raises(AssertionError):
        verbs.auto_storage_key_from_id_suffix(1, ".csv")
    assert verbs.filepath_from_file(file) == file.path == verbs.attempt_accessing_path(file, key)
    verbs.store_object("a.csv.gz", "other/a.csv.gz")
    verbs.delete_storage_using_key(file, "other/a.csv.gz")
    assert not verbs.attempt_accessing_path(file, "other/a.csv.gz").exists()
    assert file.path.exists()
    outside = elsewhere / "outside.txt"
    outside.write_text("mine")
    for key in ("", "../x.csv", str(outside), "a/../../x"):
        for call in (
            lambda key: verbs.store_object("a.csv.gz", key),
            lambda key: verbs.delete_storage_using_key(file, key),
            ln.setup.settings.storage.key_to_filepath,
        ):
            with pytest.raises(ValueError, match="key"):
                call(key)
    assert outside.read_text() == "mine"


@pytest.mark.parametrize(
    ("path", "suffix"),
    [
        ("a", ""),
        ("a.txt", ".txt"),
        ("archive.tar.gz", ".tar.gz"),
        ("d.x.y.z/f.b.c", ".c"),
        ("logs/date.log.txt", ".txt"),
        ("salmon.merged.gene_counts.tsv", ".tsv"),
        ("salmon.merged.gene_counts.tsv.gz", ".tsv.gz"),
    ],
)
def test_suffixes_of_paths(path, suffix):
    """The last one, or the last two if the first of them is a format."""
    from lamindb.dev.storage.file import extract_suffix_from_path

    assert extract_suffix_from_path(Path(path)) == suffix


def test_progress_is_one_line_that_is_written_over(capsys, monkeypatch):
    """A line ends when all is done; where notebooks are tested nothing is printed."""
    from lamindb.dev.storage.file import ProgressCallback

    for told in ("... uploading a.csv: 0.30\r... uploading a.csv: 1.00\n", ""):
        callback = ProgressCallback("a.csv", "uploading")
        callback.size = 10
        callback.relative_update(3)
        callback.relative_update(7)
        assert capsys.readouterr().out == told
        monkeypatch.setenv("NBPRJ_TEST_NBPATH", "nb.ipynb")


# -- ids and digests --------------------------------------------------------------------------------------------------


def test_digests_are_the_known_ones(elsewhere):
    """Those that databases of 0.54 have."""
    hashing = ln.dev.hashing
    for text, digest in (
        ("a", "DMF1ucDxtqgxw5niaXcmYQ"),
        ("b", "kutf_uauL-w61xx3dTFXjw"),
        ("", "1B2M2Y8AsgTpgAmY7PhCfg"),
    ):
        Path("x").write_text(text)
        assert hashing.hash_file(Path("x")) == hashing.hash_file("x") == (digest, "md5")
    Path("x").write_text("abc")
    assert hashing.hash_file("x", chunk_size=1) == ("p0EbDbQEP1wS-Tw6TuBjKS", "sha1-fl")
    assert hashing.hash_set({"a", "b"}) == "2BYMmz3CDU6TGutPRSYh"
    assert hashing.b16_to_b64('"9B89c8c1acf79dba5b5341d1fff9806f"') == "m4nIwaz3nbpbU0HR__mAbw"
    assert hashing.hash_set({"ttBc0Fs01sYk", "SdwCLUTx0Bod"}) == "VwiLioP9FaLRLPqK7k2c"


def test_ids_of_versions():
    """A stem of all versions and two characters for each."""
    versioning = ln.dev.versioning
    first = versioning.init_id(version="1", n_full_id=14)
    assert len(first) == 14
    assert len(versioning.init_id()) == 20
    assert versioning.init_id(provisional_id="given") == "given"
    second = versioning.init_id(initial_version_id=first, version="2", n_full_id=14)
    assert (second[:12], len(second)) == (first[:12], 14)
    with pytest.raises(ValueError, match="`version` parameter must be `None` or `str`"):
        versioning.init_id(version=1)
    assert versioning.set_version(None, "1") == "2"
    assert versioning.set_version("0.2", "0.1") == "0.2"
    for version, previous in ((None, None), ("1", "1")):
        with pytest.raises(ValueError, match=f"Please increment the previous version: '{previous}'"):
            versioning.set_version(version, previous)
    with pytest.raises(ValueError, match="Cannot auto-increment non-integer castable version, please provide manually"):
        versioning.set_version(None, "0.1")


@pytest.mark.usefixtures("instance")
def test_ids_that_follow_an_old_version():
    """The stem and number of the old one, and who was first."""
    old = ln.Transform(name="x")
    new_id, initial, version = ln.dev.versioning.get_ids_from_old_version(old, None, n_full_id=14)
    assert (new_id[:12], initial, version) == (old.id[:12], old.id, "2")
    assert ln.dev.versioning.get_initial_version_id(old) == old.id


# -- sample data ------------------------------------------------------------------------------------------------------


def test_sample_data_have_their_names_shapes_and_columns(elsewhere):
    """Those that need no further package; nothing is downloaded."""
    datasets = ln.dev.datasets
    assert datasets.file_fastq().read_text() == "Mock fastq file."
    assert (datasets.file_fastq().name, datasets.file_bam().name) == ("input.fastq.gz", "output.bam")
    assert pd.read_csv(datasets.file_mini_csv()).to_dict("list") == {"test": [1, 2, 3]}
    measures = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    iris = datasets.df_iris_in_meter()
    assert list(iris) == [*measures, "iris_species_name"]
    assert "target" in datasets.df_iris()
    halves = [datasets.df_iris_in_meter_study1(), datasets.df_iris_in_meter_study2()]
    assert pd.concat(halves).equals(iris)
    cells = datasets.anndata_with_obs()
    assert (cells.shape, list(cells.obs), cells.obs_names[0]) == (
        (40, 100),
        ["cell_type", "cell_type_id", "tissue", "disease"],
        "obs0",
    )
    folder = datasets.dir_scrnaseq_cellranger("sample_001", output_only=False)
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 15
    assert sorted(path.name for path in (elsewhere / "fastq").iterdir()) == [
        "sample_001_R1_001.fastq.gz",
        "sample_001_R2_001.fastq.gz",
    ]


# -- views ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("instance")
def test_registries_are_viewed_by_name_and_schema(capsys):
    """The most recent rows of each; an unknown schema is a missing module."""
    ln.ULabel(name="shown").save()
    capsys.readouterr()
    ln.view(n=1, schema="core", registries=["ULabel"])
    assert "ULabel" in (shown := capsys.readouterr().out)
    assert "shown" in shown
    assert "User" not in shown
    with pytest.raises(ModuleNotFoundError):
        ln.view(schema="nowhere")
    assert "ULabel" in ln.schema.graph().source
    assert ln.schema.view() is not None

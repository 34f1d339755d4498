"""Backed views: what they give equals what an AnnData in memory gives, and nothing is read or written in vain."""

from __future__ import annotations

import gc

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pytest
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from lamindb.io import formats
from lamindb.io.accessors import AnnDataAccessor, AnnDataAccessorSubset, BackedAccessor, open_backed
from lamindb.io.hashing import digest_path

N_OBS, N_VARS = 30, 7


def annotated(kind):
    """Annotated data with every slot, and a matrix of a kind."""
    matrix = sparse.random(N_OBS, N_VARS, density=0.4, format="csr", dtype="float32", random_state=1)
    data = ad.AnnData(
        {"csr": matrix, "csc": matrix.tocsc(), "dense": matrix.toarray()}[kind],
        obs=pd.DataFrame({"kind": pd.Categorical(list("xyz") * 10)}, index=[f"c{i}" for i in range(N_OBS)]),
        var=pd.DataFrame({"score": np.arange(N_VARS) / 2}, index=[f"gene{i}" for i in range(N_VARS)]),
        uns={"title": "t", "nested": {"a": 1}},
        obsm={
            "X_pca": np.arange(N_OBS * 2).reshape(N_OBS, 2),
            "frame": pd.DataFrame({"u": range(N_OBS)}, index=[f"c{i}" for i in range(N_OBS)]),
        },
        varm={"loadings": np.arange(N_VARS)[:, None]},
        obsp={"distances": sparse.eye(N_OBS, format="csr")},
        varp={"correlations": np.arange(N_VARS**2).reshape(N_VARS, N_VARS)},
        layers={"counts": matrix.copy()},
    )
    data.raw = ad.AnnData(
        np.arange(N_OBS * 9).reshape(N_OBS, 9), obs=data.obs[[]], var=pd.DataFrame(index=[f"r{i}" for i in range(9)])
    )
    return data


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The same data in all combinations of format and kind of matrix, with what is in memory."""
    place = tmp_path_factory.mktemp("stored")
    made = {}
    for kind in ("csr", "csc", "dense"):
        data = annotated(kind)
        for suffix in (".h5ad", ".zrad", ".zarr"):
            formats.write(data, place / f"{kind}{suffix}")
            made[kind, suffix] = (place / f"{kind}{suffix}", data)
    return made


EVERYWHERE = pytest.mark.parametrize(
    "where", [(k, s) for k in ("csr", "csc", "dense") for s in (".h5ad", ".zarr")], ids=str
)


def dense(values):
    """A matrix of any kind as an array."""
    values = values.to_memory() if hasattr(values, "to_memory") else values
    return values.toarray() if sparse.issparse(values) else np.asarray(values)


def assert_equal(backed, memory):
    """Every slot of a backed view has what is in memory."""
    assert backed.shape == memory.shape
    assert list(backed.obs_names) == list(memory.obs_names)
    assert list(backed.var_names) == list(memory.var_names)
    for slot in ("obs", "var"):
        # a view in memory forgets the categories that it doesn't have
        found, expected = (pd.DataFrame(getattr(one, slot)).astype(object) for one in (backed, memory))
        pd.testing.assert_frame_equal(found, expected)
    np.testing.assert_array_equal(dense(backed.X[:]), dense(memory.X))
    for slot in ("obsm", "varm", "obsp", "varp", "layers"):
        # from anndata 0.13 on, X is the layer without a name
        keys, expected = (sorted(set(getattr(one, slot).keys()) - {None}) for one in (backed, memory))
        assert keys == expected
        for key in keys:
            np.testing.assert_array_equal(dense(getattr(backed, slot)[key]), dense(getattr(memory, slot)[key]))
    assert backed.raw.shape == memory.raw.shape
    np.testing.assert_array_equal(dense(backed.raw.X[:]), dense(memory.raw.X))


# -- the whole --------------------------------------------------------------------------------------------------------


@EVERYWHERE
def test_whole_equals_the_object(stored, where):
    """All slots of the accessor have what was stored, matrices unread until they are indexed."""
    path, memory = stored[where]
    backed = open_backed(path)
    assert isinstance(backed, AnnDataAccessor)
    assert not isinstance(backed.X, np.ndarray)
    assert not sparse.issparse(backed.X)
    assert backed.uns["nested"]["a"] == 1
    assert_equal(backed, memory)
    assert backed.raw.var_names[0] == "r0"
    with pytest.raises(AttributeError):
        backed.raw.raw  # noqa: B018


@EVERYWHERE
def test_whole_and_part_can_be_loaded(stored, where):
    """Loading gives an AnnData equal to the stored one, and to its part."""
    path, memory = stored[where]
    whole = open_backed(path).to_memory()
    assert isinstance(whole, ad.AnnData)
    assert_equal(whole, memory)
    part = open_backed(path)[3:9, ["gene1", "gene4"]].to_memory()
    assert_equal(part, memory[3:9, ["gene1", "gene4"]])
    assert set(open_backed(path).to_dict()) == {
        "X",
        "obs",
        "var",
        "uns",
        "obsm",
        "varm",
        "obsp",
        "varp",
        "layers",
        "raw",
    }


def test_absent_slots_are_none(tmp_path):
    """Slots that are empty or absent are None, as is a matrix that isn't there."""
    formats.write(ad.AnnData(obs=pd.DataFrame(index=["a", "b"])), tmp_path / "a.h5ad")
    backed = open_backed(tmp_path / "a.h5ad")
    assert [getattr(backed, slot) for slot in ("X", "obsm", "varm", "obsp", "varp", "layers", "raw")] == [None] * 7
    assert backed.shape == (2, 0)
    assert backed.to_memory().shape == (2, 0)
    assert backed["a"].shape == (1, 0)


def test_representation_names_file_and_slots(stored):
    """The representation has shape, file and the names in each slot, for parts without the file."""
    path, _ = stored["csr", ".h5ad"]
    lines = repr(open_backed(path)).splitlines()
    assert lines[0] == "AnnDataAccessor object with n_obs × n_vars = 30 × 7"  # noqa: RUF001
    assert lines[1] == "  constructed for the AnnData object csr.h5ad"
    assert "    obs: ['_index', 'kind']" in lines
    assert "    obsm: ['X_pca', 'frame']" in lines
    assert not any(line.strip().startswith("X:") for line in lines)
    lines = repr(open_backed(path)["c1"]).splitlines()
    assert lines[0] == "AnnDataAccessorSubset object with n_obs × n_vars = 1 × 7"  # noqa: RUF001
    assert lines[1] == "  layers: ['counts']"
    assert "  obs: ['_index', 'kind']" in lines


# -- parts ------------------------------------------------------------------------------------------------------------

MASK = np.arange(N_OBS) % 3 == 0
INDEXERS = {
    "slice": slice(2, 20),
    "steps": slice(1, None, 4),
    "backwards": slice(20, 2, -3),
    "negative": slice(-5, None),
    "names from to": slice("c3", "c7"),
    "position": 4,
    "last": -1,
    "name": "c12",
    "one name in a list": ["c1"],
    "names": ["c7", "c1", "c29"],
    "names again": ["c7", "c7", "c1"],
    "index": pd.Index(["c5", "c2"]),
    "positions": [5, 0, 29, 5],
    "far apart": np.array([29, 0]),
    "mask": MASK,
    "mask as series": pd.Series(MASK, index=[f"c{i}" for i in range(N_OBS)]),
    "nothing": [],
    "no row": np.zeros(N_OBS, dtype=bool),
}


@EVERYWHERE
@pytest.mark.parametrize("rows", INDEXERS.values(), ids=INDEXERS.keys())
def test_part_equals_the_part_of_the_object(stored, where, rows):
    """Rows are chosen as in an AnnData, and all slots follow."""
    path, memory = stored[where]
    backed = open_backed(path)[rows]
    assert isinstance(backed, AnnDataAccessorSubset)
    assert_equal(backed, memory[rows])


@EVERYWHERE
def test_columns_and_parts_of_parts(stored, where):
    """Columns are chosen along with rows, and parts have parts."""
    path, memory = stored[where]
    backed = open_backed(path)
    columns = ["gene6", "gene0"]
    assert_equal(backed[:, columns], memory[:, columns])
    assert_equal(backed[MASK, 2:5], memory[MASK, 2:5])
    assert_equal(backed[..., "gene3"], memory[:, "gene3"])
    assert_equal(backed[4:28:2][["c8", "c4"], :3][:, "gene1"], memory[["c8", "c4"], "gene1"])
    assert_equal(backed[20:4:-2][1:3], memory[20:4:-2][1:3])
    np.testing.assert_array_equal(dense(backed.raw[MASK, "r3"].X), memory.raw[MASK, "r3"].X)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.integers(-N_OBS, N_OBS - 1), max_size=40),
    columns=st.lists(st.integers(-N_VARS, N_VARS - 1), max_size=10),
    where=st.sampled_from([("csr", ".h5ad"), ("csc", ".h5ad"), ("dense", ".h5ad"), ("dense", ".zarr")]),
)
def test_any_positions_in_any_order(stored, rows, columns, where):
    """Whatever positions in whatever order, repeated or not, the matrix has what is in memory."""
    path, memory = stored[where]
    expected = dense(memory.X)[np.array(rows, dtype=int)][:, np.array(columns, dtype=int)]
    np.testing.assert_array_equal(dense(open_backed(path)[rows, columns].X), expected)


@pytest.mark.parametrize(
    ("index", "error", "text"),
    [
        (30, IndexError, "Position 30 is out of bounds for 30 names"),
        (["c1", "nobody"], KeyError, "1 of the names don't exist: 'nobody'"),
        (slice("c1", "nobody"), KeyError, "nobody"),
        ([True, False], IndexError, "The mask has 2 entries for 30 names"),
    ],
)
def test_what_is_not_there_is_named(stored, index, error, text):
    """Names and positions that don't exist raise what Python users expect, with the name."""
    with pytest.raises(error, match=text):
        open_backed(stored["csr", ".h5ad"][0])[index]


def test_part_outlives_the_accessor(stored):
    """What was taken from an accessor can be read when the accessor itself is forgotten."""
    path, memory = stored["csr", ".h5ad"]
    matrix, part, layers = open_backed(path).X, open_backed(path)[:3], open_backed(path).layers
    gc.collect()
    np.testing.assert_array_equal(dense(matrix[:]), dense(memory.X))
    np.testing.assert_array_equal(dense(part.X), dense(memory[:3].X))
    np.testing.assert_array_equal(dense(layers["counts"][:]), dense(memory.layers["counts"]))


def test_closed_accessor_lets_go_of_the_file(stored):
    """After closing, or at the end of a block, the file can't be read any more."""
    path, _ = stored["dense", ".h5ad"]
    with open_backed(path) as backed:
        matrix = backed.X
    with pytest.raises((ValueError, RuntimeError)):
        matrix[0]


# -- other layouts ----------------------------------------------------------------------------------------------------


def test_layout_of_early_releases_is_read(tmp_path):
    """Compound tables, unlabelled sparse matrices and raw data beside the other slots are understood."""
    path = tmp_path / "legacy.h5ad"
    with h5py.File(path, "w") as file:
        file["obs"] = np.array(
            [(b"c1", b"x", 0), (b"c2", "ü".encode(), 1)], dtype=[("index", "S5"), ("text", "S4"), ("kind", "i4")]
        )
        file["var"] = np.array([(b"g1",), (b"g2",), (b"g3",)], dtype=[("_index", "S5")])
        file["uns/kind_categories"] = np.array([b"low", b"high"])
        for name in ("X", "raw.X"):
            file[f"{name}/data"], file[f"{name}/indices"] = np.array([1.0, 2.0, 3.0]), np.array([0, 1, 1])
            file[f"{name}/indptr"] = np.array([0, 2, 3])
        file["raw.var"] = np.array([(b"r1",), (b"r2",)], dtype=[("index", "S5")])
    backed = open_backed(path)
    assert backed.obs.index.tolist() == ["c1", "c2"]
    assert backed.obs["text"].tolist() == ["x", "ü"]
    assert backed.obs["kind"].tolist() == ["low", "high"]
    assert backed.X.shape == (2, 3)
    assert dense(backed["c2", ["g2"]].X).tolist() == [[3.0]]
    assert backed.raw.shape == (2, 2)
    assert dense(backed["c1"].raw.X).tolist() == [[1.0, 2.0]]
    assert backed.to_memory().obs_names.tolist() == ["c1", "c2"]


def test_content_decides_about_generic_suffixes(tmp_path, stored):
    """A ``.h5`` file or ``.zarr`` store is annotated data if it says so, else it is opened as what it is."""
    path, memory = stored["csr", ".h5ad"]
    for suffix in (".h5", ".hdf5"):
        (tmp_path / f"a{suffix}").write_bytes(path.read_bytes())
        assert_equal(open_backed(tmp_path / f"a{suffix}"), memory)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = [1, 2]
    backed = open_backed(tmp_path / "other.h5")
    assert isinstance(backed, BackedAccessor)
    assert backed.storage["x"][1] == 2
    zarr.open_group(tmp_path / "other.zarr", mode="w", zarr_format=3).create_array("x", data=np.arange(3))
    backed = open_backed(tmp_path / "other.zarr")
    assert isinstance(backed, BackedAccessor)
    assert backed.connection is None
    assert backed.storage["x"][1] == 1


def test_other_suffix_is_refused(tmp_path):
    """The message has the suffixes that can be opened."""
    with pytest.raises(
        ValueError, match=r"file should have \.h5, \.hdf5, \.h5ad, \.zarr or \.zrad suffix, not \.csv\."
    ):
        open_backed(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["a.h5ad", "a.zarr", "a.h5"])
def test_missing_file_is_not_made(tmp_path, name):
    """Opening what isn't there is an error and leaves nothing."""
    with pytest.raises(FileNotFoundError):
        open_backed(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_reading_a_store_leaves_every_byte(tmp_path):
    """Opening and reading a store changes nothing in it, also when it has a member or a file called ``a``."""
    path = tmp_path / "store.zarr"
    group = zarr.open_group(path, mode="w", zarr_format=2)
    group.create_array("a", data=np.arange(3))
    (path / "b").write_text("precious")
    before = digest_path(path)
    path.chmod(0o500)
    assert open_backed(path).storage["a"][:].tolist() == [0, 1, 2]
    formats.load(path)
    assert digest_path(path) == before
    with pytest.raises(ValueError, match="read-only"):
        open_backed(path).storage.create_array("c", data=np.arange(3))

"""Whatever is passed to constructors and verbs: an answer or a sentence of ours, and nothing written."""

from __future__ import annotations

import datetime as dt
import traceback
from contextlib import contextmanager
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from django.core.exceptions import FieldError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lamindb as ln
from lamindb.errors import LaminError

pytestmark = pytest.mark.usefixtures("instance")

ROOMS = {Path(ln.__file__).parent, Path(ln.__file__).parents[1] / "lnschema_core"}
_SENTENCES_OF_DJANGO = ("got unexpected keyword arguments", 'must be a "Modality" instance')
HUGE = "x" * 1_000_000

hostile = settings(
    max_examples=40,
    derandomize=True,  # what it finds, it finds again
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.large_base_example],
)

odd = st.sampled_from(
    ["", " ", "\0", "\n", "\x1b[31m", "👩‍🔬" * 80, "\u202ertl", "é", "\ud800", "a\udcffb", "NaN", "nan", "|", "a|b", "%", "_", '"',
     "'; drop table x; --", "\\", "{}", "%s", "İ", "ß", HUGE]
)  # fmt: skip
text = st.one_of(odd, st.text(max_size=30))
scalar = st.one_of(
    st.none(), text, st.floats(), st.booleans(), st.integers(-(2**65), 2**65), st.binary(max_size=5), st.dates(),
    st.complex_numbers(), st.sampled_from([pd.NA, pd.NaT, np.nan, np.float32("inf"), np.int64(3), 2**63, object(), int, print]),
)  # fmt: skip
values = st.one_of(
    scalar,
    st.lists(scalar, max_size=5),
    st.lists(st.lists(scalar, max_size=2), max_size=3),
    st.dictionaries(text, scalar, max_size=2),
    st.sets(text, max_size=3),
    st.lists(text, max_size=5).map(lambda one: pd.Series(one, dtype=object)),
    st.lists(text, max_size=5).map(lambda one: pd.Index(one, dtype=object)),
    st.lists(text.filter(bool), max_size=5, unique=True).map(
        lambda one: pd.Categorical.from_codes(range(len(one)), pd.Index([*one, "unused 1"], dtype=object))
    ),
    st.lists(st.floats(), max_size=4).map(np.array),
    st.just(np.zeros((2, 2))),
    st.just(pd.DataFrame({"a": [1]})),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _records():
    ln.settings.verbosity = 0
    ln.Feature(name="cell type", type="category", synonyms="CT|celltyp", registries=[ln.ULabel]).save()
    ln.ULabel(name="T cell").save()


@contextmanager
def refused_or_answered(*, may_write: bool = False):
    """The block ends, or raises an error of ours; unless it may write, no statement does, and otherwise it is undone."""
    with transaction.atomic(), CaptureQueriesContext(connection) as statements:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - any is looked at
            assert_ours(error)
            may_write = False
        if not may_write:
            wrote = [q["sql"][:80] for q in statements if q["sql"].lstrip().startswith(("INSERT", "UPDATE", "DELETE"))]
            assert wrote == []
        transaction.set_rollback(True)


def assert_ours(error: BaseException) -> None:
    """The error is a sentence that we wrote, not one that fell through from a library."""
    last = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
    ours = (
        any(words in str(error) for words in _SENTENCES_OF_DJANGO)
        or isinstance(error, (LaminError, FieldError))
        or any(room in last.parents for room in ROOMS)
    )
    assert ours, f"{type(error).__name__} of {last}: {error!s:.300}"
    assert len(str(error).split()) > 1, repr(error)
    assert len(str(error)) < 20_000


# -- verbs on values --------------------------------------------------------------------------------------------------


@hostile
@given(values, st.sampled_from(["validate", "inspect", "standardize", "from_values"]), st.booleans())
def test_values_against_registries(given_values, verb, with_synonyms):
    """Validate, inspect, standardize and from_values of a registry with synonyms and of one without."""
    registry = ln.Feature if with_synonyms else ln.ULabel
    with refused_or_answered():
        getattr(registry, verb)(given_values)


@hostile
@given(values, st.one_of(scalar, st.sampled_from(["name", "id", "pk", "created_at", "synonyms", "parents", "a__b"])))
def test_fields_of_verbs(given_values, field):
    """Any field, in a registry that has few."""
    with refused_or_answered():
        ln.Feature.validate(given_values, field)


@hostile
@given(scalar, st.one_of(scalar, st.lists(scalar, max_size=2)), st.integers(-3, 3) | st.none())
def test_searches(string, field, limit):
    """Any string, field and limit."""
    with refused_or_answered():
        ln.Feature.search(string, field=field, limit=limit)


@hostile
@given(values, st.sampled_from(["add_synonym", "remove_synonym", "set_abbr"]))
def test_synonyms_of_a_new_record(synonym, verb):
    """Nothing is saved, since the record isn't."""
    with refused_or_answered():
        getattr(ln.Feature.from_fields(name="x", type="number"), verb)(synonym)


@hostile
@given(values, st.sampled_from(["add_synonym", "remove_synonym", "set_abbr"]))
def test_synonyms_of_a_saved_record(synonym, verb):
    """What can't be stored is refused before anything is."""
    record = ln.Feature.filter(name="cell type").one()
    with refused_or_answered(may_write=True):
        getattr(record, verb)(synonym)


# -- constructors -----------------------------------------------------------------------------------------------------

FIELDS = {
    "ULabel": ["name", "description", "reference", "reference_type"],
    "Feature": ["name", "type", "unit", "description", "synonyms", "modality", "registries"],
    "FeatureSet": ["features", "type", "modality", "name"],
    "Modality": ["name", "ontology_id", "abbr", "synonyms", "description"],
    "Transform": ["name", "short_name", "version", "type", "reference", "is_new_version_of", "initial_version_id"],
    "Run": ["transform", "reference", "reference_type"],
    "Storage": ["root", "type", "region"],
    "User": ["id", "handle", "email", "name"],
    "File": ["data", "key", "description", "version", "run", "is_new_version_of"],
    "Dataset": ["data", "name", "description", "reference", "version", "meta", "run"],
}


@settings(hostile, max_examples=100)
@given(st.data())
def test_constructors_write_nothing(data):
    """Any values of any fields, in any combination."""
    registry = data.draw(st.sampled_from(sorted(FIELDS)))
    fields = data.draw(st.dictionaries(st.sampled_from([*FIELDS[registry], "bogus"]), values, max_size=4))
    with refused_or_answered():
        getattr(ln, registry)(**fields)


@settings(hostile, max_examples=100)
@given(st.data())
def test_records_are_saved_or_refused(data):
    """What a constructor takes, and no database stores, is refused by ``save`` with a sentence."""
    registry = data.draw(st.sampled_from(["ULabel", "Feature", "Modality", "Transform", "Storage", "User"]))
    fields = data.draw(st.dictionaries(st.sampled_from(FIELDS[registry]), scalar, min_size=1, max_size=4))
    with refused_or_answered(may_write=True), transaction.atomic():
        getattr(ln, registry)(**fields).save()


# -- tables -----------------------------------------------------------------------------------------------------------

columns = st.lists(
    st.one_of(text, st.integers(), st.none(), st.floats(), st.tuples(st.integers(), text)), min_size=0, max_size=4
)


@st.composite
def frames(draw):
    """Frames of any names, with repetitions, of mixed values, with no rows or columns."""
    names = draw(columns)
    n_rows = draw(st.integers(0, 3))
    cells = [draw(st.lists(scalar, min_size=n_rows, max_size=n_rows)) for _ in names]
    frame = pd.DataFrame({position: pd.Series(cell, dtype=object) for position, cell in enumerate(cells)})
    frame.columns = pd.Index([*names], dtype=object, tupleize_cols=False)
    return frame


@settings(hostile, max_examples=60)
@given(frames(), st.sampled_from(["Feature", "FeatureSet", "File", "Dataset"]))
def test_frames(frame, registry):
    """Features, feature sets, files and datasets of them; the frame stays as it is."""
    before = frame.copy()
    more = {"File": {"description": "x"}, "Dataset": {"name": "x"}}.get(registry, {})
    with refused_or_answered():
        getattr(ln, registry).from_df(frame, **more)
    assert list(frame.columns) == list(before.columns) or frame.columns.hasnans
    assert frame.shape == before.shape


@hostile
@given(frames())
def test_saved_frames(frame):
    """A frame that no format takes is refused with a sentence, and leaves no row."""
    with refused_or_answered(may_write=True), transaction.atomic():
        ln.File(frame, description="x").save()


@hostile
@given(st.lists(text, min_size=2, max_size=2), frames())
def test_anndata(var_names, frame):
    """Variables of odd names, observations of odd columns."""
    obs = frame.iloc[:2].set_axis(pd.Index([f"cell {n}" for n in range(min(2, len(frame)))], dtype=object))
    try:
        adata = ad.AnnData(
            X=np.zeros((len(obs), 2)), obs=obs, var=pd.DataFrame(index=pd.Index(var_names, dtype=object))
        )
    except Exception:  # noqa: BLE001 - not an AnnData object at all
        return
    with refused_or_answered():
        ln.File.from_anndata(adata, ln.Feature.name, description="x")


# -- annotation -------------------------------------------------------------------------------------------------------


@hostile
@given(values, st.one_of(scalar, st.just("feature")))
def test_labels(labels, feature):
    """Neither odd labels nor odd features are linked."""
    of = ln.Feature.filter(name="cell type").one() if isinstance(feature, str) and feature == "feature" else feature
    frame = pd.DataFrame({"a": [1]})
    with transaction.atomic():
        file = ln.File(frame, description="to be labelled")
        file.save()
        with refused_or_answered():
            file.labels.add(labels, of)
        with refused_or_answered():
            file.labels.get(of)
        with refused_or_answered():
            file.features.add_feature_set(labels, feature)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "missing", [lambda: ln.ULabel(name="new"), lambda: [ln.ULabel(name="new")], lambda: ln.ULabel.filter(name="none")]
)
def test_unsaved_and_absent_labels_are_refused(missing):
    """Nothing is linked, and no label saved."""
    file = ln.File(pd.DataFrame({"a": [1]}), description="to be labelled")
    file.save()
    with refused_or_answered():
        file.labels.add(missing(), ln.Feature.filter(name="cell type").one())
    assert not file.ulabels.exists()


def test_times_without_a_zone_are_values_like_others():
    """Naive and aware times, and halves of surrogate pairs, are no names."""
    naive = dt.datetime(2024, 3, 31, 2, 30)  # noqa: DTZ001 - that is the point
    for odd_one in (naive, naive.replace(tzinfo=dt.UTC), 2**63, float("nan"), "\ud800"):
        with refused_or_answered():
            assert not ln.ULabel.validate([odd_one]).any()


@pytest.mark.parametrize("value", [0.0, 2**70, "yesterday", b"x"])
def test_values_that_a_field_cannot_have_are_named(value):
    """Where a field has times, what is none."""
    with pytest.raises(TypeError, match="can't be a created_at of Feature"):
        ln.Feature.validate([value], "created_at")

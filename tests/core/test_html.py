"""What notebooks show: every object has it, opening one costs few statements, and nothing that users write is markup."""

from __future__ import annotations

import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import lamindb as ln

pytestmark = pytest.mark.usefixtures("instance")

ATTACK = "<script>alert('x')</script>"
MOST_STATEMENTS = 5


def _saved(record):
    record.save()
    return record


def _label():
    return _saved(ln.ULabel.from_fields(name=ATTACK, description=ATTACK))


def _feature():
    return _saved(ln.Feature.from_fields(name=ATTACK, type="category", unit="<b>", synonyms=ATTACK))


def _transform():
    return _saved(ln.Transform(name=ATTACK, short_name=ATTACK[:30]))


def _feature_set():
    return _saved(ln.FeatureSet([_feature()], name=ATTACK))


def _annotated(make):
    frame = pd.DataFrame({ATTACK: ["a", "b"], "count": [1, 2]})
    feature, label = _feature(), _label()
    host = _saved(make(frame))
    host.labels.add(label, feature)
    other = _saved(ln.Feature.from_fields(name=f"{ATTACK} too", type="category"))
    host.labels.add([_saved(ln.ULabel.from_fields(name=f"{ATTACK} {number}")) for number in range(12)], other)
    return host


def _file():
    return _annotated(lambda frame: ln.File.from_df(frame, description=ATTACK))


def _dataset():
    return _annotated(lambda frame: ln.Dataset.from_df(frame, name=ATTACK))


MAKERS = {
    "ULabel": _label,
    "Feature": _feature,
    "FeatureSet": _feature_set,
    "Modality": lambda: _saved(ln.Modality(name=ATTACK)),
    "Transform": _transform,
    "Run": lambda: _saved(ln.Run(_transform(), reference=ATTACK)),
    "Storage": lambda: _saved(ln.Storage.from_fields(root=f"/{ATTACK}", type="local")),
    "User": lambda: _saved(ln.User.from_fields(id="abcdefgh", handle=ATTACK[:30], email=ATTACK)),
    "File": _file,
    "Dataset": _dataset,
}


def shown(what) -> str:
    """The HTML of something, read with few statements and free of markup of users."""
    with CaptureQueriesContext(connection) as statements:
        html = what._repr_html_()
    assert len(statements) <= MOST_STATEMENTS
    assert "<script>" not in html
    return html


def test_every_registry_is_tried():
    """A registry that is new has to be among those below."""
    from lnschema_core import models
    from lnschema_core.models import Registry

    ours = {
        name
        for name in models.__all__
        if isinstance(getattr(models, name), type)
        and issubclass(getattr(models, name), Registry)
        and not getattr(models, name)._meta.abstract
    }
    assert {name for name in ours if hasattr(ln, name)} <= set(MAKERS)


@pytest.mark.parametrize("name", MAKERS)
def test_records_fresh_from_the_database(name):
    """One that was just fetched, with nothing of it in memory, says who it is."""
    key = MAKERS[name]().pk
    record = getattr(ln, name).filter(pk=key).one()
    assert "&lt;" in shown(record)


@pytest.mark.parametrize("name", MAKERS)
def test_query_sets(name):
    """A table of records, with a line that tells how many; sliced ones, too."""
    MAKERS[name]()
    registry = getattr(ln, name)
    assert "<table" in shown(registry.filter())
    assert "<table" in shown(registry.filter()[:1])
    assert "0 records" in shown(registry.filter(pk="none"))


def test_long_names_leave_the_rest_in_sight():
    """Tables of records cut long texts; that of a single record has all of them, in words that browsers may break."""
    name = "Pneumono" * 30
    record = _saved(ln.ULabel.from_fields(name=name))
    assert name not in shown(ln.ULabel.filter())
    assert f"<td>{name[:40]}" in shown(ln.ULabel.filter())
    assert f"overflow-wrap:anywhere;min-width:8em'>{name}</td>" in shown(record)


@pytest.mark.parametrize("make", [_file, _dataset])
def test_features_and_labels(make):
    """Those of a file or dataset, in plain text and HTML."""
    host = type(record := make()).filter(pk=record.pk).one()
    assert "&lt;script&gt;" in shown(host.features)
    assert "&lt;script&gt;" in shown(host.labels)
    assert "external" in repr(host.features)
    assert ATTACK in repr(host.labels)


@pytest.mark.parametrize("make", [_file, _dataset])
def test_relations(make):
    """What a manager leads to is a query set like others."""
    host = make()
    assert "&lt;script&gt;" in shown(host.ulabels.all())
    assert shown(host.feature_sets.all())


def test_results_of_inspecting():
    """Values that nobody knows, and what they may mean."""
    _feature()
    assert "&lt;script&gt;" in shown(ln.Feature.inspect([f"{ATTACK}x", ATTACK.upper()], mute=True))

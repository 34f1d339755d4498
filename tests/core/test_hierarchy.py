"""All that is above or below a record, as a query set and as a condition on data."""

from __future__ import annotations

import pytest
from django.db import IntegrityError


@pytest.fixture
def labels(instance):
    """Labels: a diamond a < b, c < d, an outsider, and a circle x < y < x."""
    import lamindb as ln

    made = {name: ln.ULabel(name=f"hierarchy {name}") for name in "abcdexy"}
    ln.save(made.values())
    for child, parent in ("ba", "ca", "db", "dc", "xy", "yx"):
        made[child].parents.add(made[parent])
    return made


def names(queryset):
    """The last letters of names, sorted."""
    return "".join(sorted(name[-1] for name in queryset.list("name")))


def test_ancestors_and_descendants_of_a_record(labels):
    """Every generation, each record once; with the record or without it; circles end."""
    assert names(labels["d"].ancestors()) == "abc"
    assert names(labels["d"].with_ancestors()) == "abcd"
    assert names(labels["a"].descendants()) == "bcd"
    assert names(labels["b"].with_descendants()) == "bd"
    assert names(labels["e"].descendants()) == ""
    assert names(labels["e"].with_descendants()) == "e"
    assert names(labels["x"].with_ancestors()) == "xy"


def test_descendants_of_several_records(labels):
    """A query set, also an ordered or sliced one, has the descendants of any of its records."""
    import lamindb as ln

    some = ln.ULabel.filter(name__in=["hierarchy b", "hierarchy x"])
    assert names(some.with_descendants()) == "bdxy"
    assert names(some.order_by("-name")[:1].with_descendants()) == "xy"
    assert names(some.with_descendants().filter(name__endswith="d")) == "d"
    assert names(some.with_ancestors().with_descendants()) == "abcdxy"


def test_data_with_a_label_or_any_below_it(labels, tmp_path, count_queries):
    """One statement, with further conditions and in negations."""
    import lamindb as ln

    files = {}
    for name in "abde":
        path = tmp_path / f"{name}.txt"
        path.write_text(f"hierarchy {name}")
        files[name] = ln.File(path, description=f"hierarchy file {name}")
        files[name].save()
        files[name].ulabels.add(labels[name])
    with count_queries() as queries:
        found = ln.File.filter(ulabels__in=labels["b"].with_descendants()).distinct().list("id")
    assert set(found) == {files["b"].id, files["d"].id}
    assert len(queries) == 1
    ours = ln.File.filter(description__startswith="hierarchy file")
    assert set(ours.exclude(ulabels__in=labels["b"].with_descendants()).list("id")) == {files["a"].id, files["e"].id}
    feature = ln.Feature(name="hierarchy feature", type="category")
    feature.save()
    files["d"].labels.add(labels["d"], feature)
    assert ln.File.filter_by_label(labels["a"].with_descendants(), feature).list() == [files["d"]]


@pytest.mark.commits
@pytest.mark.sqlite
def test_parent_that_is_no_record_is_refused(instance):
    """What SQLite says of a key that leads nowhere comes with what to do."""
    import lamindb as ln

    label = ln.ULabel(name="child")
    label.save()
    with pytest.raises(IntegrityError) as refused:
        label.parents.add(3)
    assert (
        "refers to a record that isn't in the database: pass saved records, or their ids" in refused.value.__notes__[0]
    )
    assert not label.parents.exists()


def test_registry_without_parents_has_no_hierarchy(instance):
    """A sentence says so."""
    import lamindb as ln

    with pytest.raises(NotImplementedError, match="User has no field `parents`"):
        ln.User.filter().with_descendants()

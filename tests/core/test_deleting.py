"""Many records are deleted as Django deletes them, but by as many statements as a few."""

from __future__ import annotations

import pandas as pd
import pytest
from django.db import IntegrityError, NotSupportedError, models, transaction
from django.db.models import signals

import lamindb as ln
from lnschema_core.rows import values

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def labels():
    """301 labels in a chain, every other one of a file."""
    file = ln.File(pd.DataFrame({"x": [1]}), description="labelled")
    file.save()
    made = [ln.ULabel(name=f"label {place}") for place in range(301)]
    ln.save(made)
    link, parent = ln.File.ulabels.through, ln.ULabel.parents.through
    link.objects.bulk_create([link(file=file, ulabel=label) for label in made[::2]])
    parent.objects.bulk_create([parent(from_ulabel=a, to_ulabel=b) for a, b in zip(made[1:], made, strict=False)])
    return ln.ULabel.filter(name__startswith="label")


@pytest.fixture
def transforms():
    """121 transforms with a run each, which has an execution."""
    from lnschema_core.models import Execution

    made = [ln.Transform(name=f"transform {place}", type="pipeline") for place in range(121)]
    ln.save(made)
    runs = [ln.Run(transform=transform) for transform in made]
    ln.save(runs)
    Execution.objects.bulk_create([Execution(run=run) for run in runs])
    return ln.Transform.filter(name__startswith="transform")


@pytest.fixture
def features(labels):
    """121 features; under one of them a file has 121 labels that it has under another one, too."""
    file = ln.File.filter(description="labelled").one()
    made = [ln.Feature(name=f"feature {place}", type="category") for place in range(121)]
    other = ln.Feature(name="other", type="category")
    ln.save([*made, other])
    for feature in (made[0], other):
        file.labels.add(labels.list()[:121], feature)
    return ln.Feature.filter(name__startswith="feature")


@pytest.fixture
def modalities():
    """121 modalities, each of a feature."""
    made = [ln.Modality(name=f"modality {place}") for place in range(121)]
    ln.save(made)
    ln.save([ln.Feature(name=f"of {one.name}", type="number", modality=one) for one in made])
    return ln.Modality.filter(name__startswith="modality")


def outcome(delete, records, *, heard):
    """What a deletion returns or raises, the signals it sends, and the rows that it leaves; then it is undone."""
    sent, left = [], {}

    def hear(sender, instance, signal, origin, **_):
        there = sender._base_manager.filter(pk=instance.pk).exists()
        sent.append((signal is signals.pre_delete, sender, instance.pk, there, origin is records))

    for sender in heard:
        signals.pre_delete.connect(hear, sender)
        signals.post_delete.connect(hear, sender)
    try:
        with transaction.atomic():
            try:
                result = delete(records)
            except IntegrityError as error:
                result = (type(error), error.args[0], {one.pk for one in error.protected_objects})
            for registry in (ln.Transform, ln.Run, ln.Run.execution.related.related_model, ln.ULabel, ln.Feature):
                left[registry] = {*registry.filter().values_list("pk", flat=True)}
            left[ln.File] = {*ln.File.ulabels.through.objects.values_list("ulabel_id", "feature__name")}
            transaction.set_rollback(True)
    finally:
        for sender in heard:
            signals.pre_delete.disconnect(hear, sender)
            signals.post_delete.disconnect(hear, sender)
    return result, sent, left


# -- how ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2, 301])
def test_number_of_statements_is_constant(labels, count_queries, number):
    """Labels go with their links; the file stays."""
    keys = labels.order_by("created_at").list("pk")[:number]
    with count_queries() as statements:
        total, gone = ln.ULabel.filter(pk__in=keys).delete()
    assert len(statements) <= 6
    assert gone["lnschema_core.ULabel"] == number
    assert gone["lnschema_core.FileULabel"] == (number + 1) // 2
    assert total == sum(gone.values())
    assert labels.count() == 301 - number == len(labels)
    assert ln.File.filter(description="labelled").exists()


def test_very_many_are_deleted_in_parts(labels, transforms, monkeypatch):
    """Each part is as large as statements are elsewhere."""
    monkeypatch.setattr(values, "PER_STATEMENT", 50)
    assert labels.delete()[0] == 301 + 151 + 300
    assert transforms.delete() == (363, {f"lnschema_core.{name}": 121 for name in ("Execution", "Run", "Transform")})
    assert not labels.exists()
    assert not transforms.exists()


def test_record_with_many_others_takes_a_constant_number_of_statements(count_queries):
    """A transform takes its runs along."""
    transform = ln.Transform(name="of runs", type="pipeline")
    transform.save()
    ln.save([ln.Run(transform=transform) for _ in range(250)])
    with count_queries() as statements:
        assert transform.delete()[1]["lnschema_core.Run"] == 250
    assert transform.id is None
    with count_queries() as of_few:
        again = ln.Transform(name="of no run", type="pipeline")
        again.save()
        again.delete()
    assert len(statements) <= len(of_few) + 12


# -- as Django does -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_heard", [False, True])
@pytest.mark.parametrize("kind", ["labels", "transforms", "features", "modalities"])
def test_outcome_is_that_of_django(request, kind, is_heard):
    """What is returned or raised, what goes along and what stays, and signals in their order, where there are receivers."""
    records = request.getfixturevalue(kind)
    heard = [ln.ULabel, ln.Transform, ln.Run, ln.Feature, ln.File.ulabels.through] if is_heard else []
    expected = outcome(models.QuerySet.delete, records, heard=heard)
    assert outcome(type(records).delete, records.all(), heard=heard)[0] == expected[0]
    assert outcome(type(records).delete, records, heard=heard) == expected


def test_an_error_of_a_receiver_leaves_all_as_it_was(transforms):
    """Signals are part of the transaction."""

    def refuse(sender, instance, **_):
        msg = "not this one"
        raise ValueError(msg)

    signals.post_delete.connect(refuse, ln.Transform)
    try:
        with pytest.raises(ValueError, match="not this one"), transaction.atomic():
            transforms.delete()
    finally:
        signals.post_delete.disconnect(refuse, ln.Transform)
    assert transforms.count() == 121
    assert ln.Run.filter().count() == 121


@pytest.mark.parametrize(
    ("part", "refusal"),
    [
        (lambda labels: labels[:2], TypeError),
        (lambda labels: labels.values("name"), TypeError),
        (lambda labels: labels.values_list("name", flat=True), TypeError),
        (lambda labels: labels.union(labels), NotSupportedError),
    ],
)
def test_what_are_no_rows_can_not_be_deleted(labels, part, refusal):
    """Parts, values and unions are refused as Django refuses them."""
    with pytest.raises(refusal):
        part(labels).delete()
    assert labels.count() == 301


def test_order_and_joins_do_not_matter(labels):
    """Records that were found through others, in an order, with what they refer to, and locked."""
    found = (
        labels.filter(files__description="labelled").order_by("-name").select_related("created_by").select_for_update()
    )
    assert found.delete()[1]["lnschema_core.ULabel"] == 151
    assert labels.count() == 150


def test_record_that_is_gone_can_not_be_deleted_again():
    """It is refused with a sentence."""
    label = ln.ULabel(name="gone")
    label.save()
    label.delete()
    with pytest.raises(ValueError, match="can't be deleted because its id attribute is set to None"):
        label.delete()

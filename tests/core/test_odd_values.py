"""Odd values in constructors: stored and read back as they are, or refused with a sentence."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lamindb as ln

pytestmark = pytest.mark.usefixtures("instance")

TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(alphabet=st.characters(categories=["Cc", "Cf", "So", "Lo", "Cs"]), max_size=20),
    st.sampled_from(
        ["", " ", "nan", "None", "null", "👩‍🔬" * 80, "x" * 1_000_000, "a|b", "%s", "'; drop table x; --", "\0", "{}"]
    ),
)
ANYTHING = st.one_of(
    TEXTS, st.floats(), st.integers(-(2**65), 2**65), st.binary(max_size=9), st.lists(st.integers(), max_size=2)
)


@given(name=ANYTHING, description=TEXTS)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.large_base_example],
)
def test_labels_round_trip_or_are_refused(name, description):
    """Whatever is passed as a name, the record comes back equal or a ValueError or TypeError says why not."""
    ln.settings.verbosity = 0
    with transaction.atomic():
        try:
            label = ln.ULabel(name=name, description=description)
            label.save()
        except (ValueError, TypeError) as error:
            refusal = str(error)
        else:
            refusal = "none"
            stored = ln.ULabel.filter(id=label.id).one()
            assert (stored.name, stored.description) == (name, description)
            assert ln.ULabel(name=name) == stored
        assert refusal
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda label: label.view_parents(distance="x"), "distance"),
        (lambda _: ln.view(n="x"), "n"),
        (lambda _: ln.view(schema=3), "schema"),
        (lambda label: type(label).filter().df(include=[3]), "include"),
        (lambda label: next(type(label).filter().pages("x")), "size"),
        (lambda label: label.search("a", limit=1.5), "limit"),
        (lambda label: label.search("a", limit="x"), "limit"),
        (lambda _: ln.fsck(grace="x"), "grace"),
        (lambda _: ln.fsck(time_limit="x"), "time_limit"),
        (lambda _: ln.trash.purge(older_than="x"), "older_than"),
    ],
)
def test_arguments_of_other_types_are_named(call, argument, capsys):
    """Numbers and texts that are none are refused with a sentence that names the argument, before anything is shown."""
    label = ln.ULabel(name="a")
    label.save()
    capsys.readouterr()
    with pytest.raises(TypeError, match=rf"^{argument} has to be (text|a whole number|a number), "):
        call(label)
    assert capsys.readouterr().out == ""


def test_depths_that_are_no_number_are_refused(tmp_path):
    """``view_flow`` says that its depth has to be one."""
    (tmp_path / "a.txt").write_text("a")
    file = ln.File(tmp_path / "a.txt", description="a")
    file.save()
    with pytest.raises(TypeError, match=r"^depth has to be a number, not 'x'"):
        file.view_flow(depth="x")


def test_what_to_do_with_content_is_said_by_a_truth(tmp_path):
    """``delete`` refuses other words before anything is deleted: the file is what it was."""
    (tmp_path / "b.txt").write_text("b")
    file = ln.File(tmp_path / "b.txt", description="b")
    file.save()
    with pytest.raises(TypeError, match=r"^storage has to be True or False, not 'no'"):
        file.delete(storage="no")
    assert ln.File.filter(id=file.id).one() == file


@pytest.mark.parametrize("name", ["a\0b", "half \ud800 character"])
def test_texts_that_no_database_stores_are_named(name):
    """The error names the field and the way out, also in bulk."""
    for save in (lambda record: record.save(), lambda record: ln.save([record])):
        with pytest.raises(ValueError, match="name of ULabel"):
            save(ln.ULabel.from_fields(name=name))


@pytest.mark.postgres
def test_texts_that_are_too_long_are_named():
    """Where the database limits lengths, the error names field and limit."""
    with pytest.raises(ValueError, match=r"name of ULabel 'xxxx.* has 300 characters, the database takes at most 255"):
        ln.ULabel(name="x" * 300).save()


@pytest.mark.sqlite
def test_texts_that_are_no_names_are_refused():
    """SQLite takes names that are longer than their field, as with 0.54, but not a whole document; nothing is written."""
    with transaction.atomic():
        label = ln.ULabel(name="x" * 300)
        label.save()
        assert ln.ULabel.filter(id=label.id).one().name == "x" * 300
        transaction.set_rollback(True)
    for save in (lambda record: record.save(), lambda record: ln.save([record, ln.ULabel.from_fields(name="other")])):
        with pytest.raises(ValueError, match=r"name of ULabel 'xxxx.* has 1000000 characters, the database takes"):
            save(ln.ULabel.from_fields(name="x" * 1_000_000))
    assert not ln.ULabel.filter(name="other").exists()


@pytest.mark.parametrize("size", [2**63, -(2**63) - 1])
def test_numbers_that_no_database_stores_are_named(size):
    """The error names the field and the limits, also in bulk."""
    for save in (lambda record: record.save(), lambda record: ln.save([record])):
        with pytest.raises(
            ValueError, match=r"size of File .* is not between -9223372036854775808 and 9223372036854775807"
        ):
            save(ln.File.from_fields(suffix="", size=size, storage=ln.Storage.filter().first()))


@pytest.mark.parametrize("size", [0, 2**53 + 1, 2**63 - 1])
def test_numbers_are_stored_exactly_in_bulk(size):
    """Also those that no floating-point number is equal to."""
    with transaction.atomic():
        file = ln.File.from_fields(suffix="", key=f"{size}", size=size, storage=ln.Storage.filter().first())
        ln.save([file])
        assert ln.File.filter(id=file.id).one().size == size
        transaction.set_rollback(True)

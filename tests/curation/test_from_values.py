"""The records that values mean."""

from __future__ import annotations

import pandas as pd
import pytest

import lamindb as ln
from tests.curation.conftest import save_features

pytestmark = pytest.mark.usefixtures("features")


def names(records):
    """Their names."""
    return [record.name for record in records]


def test_records_come_in_the_order_of_the_values(messages):
    """Each once; nothing is said if all values are names."""
    messages()
    records = ln.Feature.from_values(["tissue", "ct", None, "", "tissue", "cell type"])
    assert names(records) == ["tissue", "ct", "cell type"]
    assert all(not record._state.adding for record in records)
    assert messages() == []


def test_synonyms_and_other_casings_mean_their_records(messages):
    """And it is said which values were names, synonyms or neither."""
    messages()
    records = ln.Feature.from_values(["TISSUE", "ct", "zz", "CL", "cell line", "yy"])
    assert names(records) == ["tissue", "ct", "cell line"]
    assert messages() == [
        "✅ loaded 2 Feature records matching name: 'ct', 'cell line'",
        "✅ loaded 2 Feature records matching synonyms: 'TISSUE', 'CL'",
        "❗ did not create Feature records for 2 non-validated names: 'zz', 'yy'",
    ]


def test_values_without_a_record_create_none():
    """Neither in memory nor in the database."""
    before = ln.Feature.filter().count()
    assert ln.Feature.from_values(["zz"]) == []
    assert ln.Feature.filter().count() == before


@pytest.mark.parametrize("values", [[], [None], [""], pd.Series([], dtype=object)])
def test_no_values_mean_no_records(values):
    """No division by zero."""
    assert ln.Feature.from_values(values) == []


def test_all_records_of_a_name_are_returned(messages):
    """Names of features are not unique, which is said of those that are shared."""
    twin = save_features([("ct", None)])[0]
    messages()
    records = ln.Feature.from_values(["ct", "tissue"])
    assert messages() == ["❗ ambiguous validation in Feature for 1 record: 'ct'"]
    assert names(records) == ["ct", "ct", "tissue"]
    assert twin in records
    assert records[0].id < records[1].id


def test_the_field_can_be_chosen():
    """Except for labels, which always go by name."""
    user = ln.User.filter().first()
    assert ln.User.from_values([user.email], ln.User.email) == [user]
    assert ln.User.from_values([user.handle]) == [user]
    label = ln.ULabel(name="study", description="x")
    label.save()
    assert ln.ULabel.from_values(["study"], field="description") == [label]
    with pytest.raises(TypeError, match="please pass a Registry string field"):
        ln.Feature.from_values(["ct"], ln.Feature)


def test_further_conditions_restrict_the_records():
    """Keyword arguments are conditions."""
    assert ln.Feature.from_values(["ct"], type="number") == []
    assert names(ln.Feature.from_values(["ct"], type="category")) == ["ct"]


def test_registries_without_validation_have_it_as_well(messages):
    """Transforms, for instance."""
    transform = ln.Transform(name="My pipeline", type="pipeline")
    transform.save()
    messages()
    assert ln.Transform.from_values(["My pipeline", "other"]) == [transform]
    assert messages()[-1] == "❗ did not create Transform record for 1 non-validated name: 'other'"


def test_records_of_a_series_know_its_name():
    """For labels that come from a column."""
    ln.ULabel(name="study").save()
    assert ln.ULabel.from_values(pd.Series(["study"], name="project"))[0]._feature == "project"
    assert ln.Feature.from_values(pd.Series(["ct"], name="project", dtype="category"))[0]._feature == "project"


def test_values_that_are_no_strings_are_refused():
    """With a sentence."""
    with pytest.raises(TypeError, match="values of name need to be strings, but 1 is of type int"):
        ln.Feature.from_values(["ct", 1])


@pytest.mark.parametrize("number", [10, 2_000])
def test_the_number_of_statements_does_not_grow(count_queries, number):
    """One for names, one for synonyms, one for the records of these."""
    save_features([(f"name {i}", f"synonym {i}") for i in range(20)])
    with count_queries() as queries:
        records = ln.Feature.from_values([f"name {i}" for i in range(10)] + [f"synonym {i}" for i in range(10, number)])
    assert len(records) == min(number, 20)
    assert len(queries) <= 3


# -- with a public reference ------------------------------------------------------------------------------------------


def test_a_public_reference_makes_records_for_the_rest(encyclopedia, messages):
    """They are not saved, and come in the order of the values."""
    messages()
    records = ln.Feature.from_values(["years", "CL", "sex", "dose", "zz", "ct"])
    assert names(records) == ["age", "cell line", "sex", "dose", "dose", "ct"]
    assert [record._state.adding for record in records] == [True, False, True, True, True, False]
    assert messages() == [
        "✅ loaded 1 Feature record matching name: 'ct'",
        "✅ loaded 1 Feature record matching synonyms: 'CL'",
        "✅ created 2 Feature records from Encyclopedia matching name: 'sex', 'dose'",
        "✅ created 1 Feature record from Encyclopedia matching synonyms: 'years'",
        "❗ ambiguous validation in Encyclopedia for 1 record: 'dose'",
        "❗ did not create Feature record for 1 non-validated name: 'zz'",
    ]


def test_a_term_of_the_reference_that_is_registered_is_not_made_again(encyclopedia, messages):
    """The reference may know synonyms that the registry doesn't."""
    age = save_features([("age", None)])[0]
    messages()
    assert ln.Feature.from_values(["years", "tissue age"]) == [age]
    assert messages() == ["✅ loaded 2 Feature records matching synonyms: 'years', 'tissue age'"]


def test_the_reference_is_asked_for_unknown_values_only(encyclopedia, monkeypatch):
    """If all values are known, it isn't even opened."""
    monkeypatch.setattr(ln.Feature, "public_reference", None)
    assert names(ln.Feature.from_values(["ct", "CL"])) == ["ct", "cell line"]

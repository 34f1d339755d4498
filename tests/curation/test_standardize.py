"""Names instead of synonyms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

import lamindb as ln

pytestmark = pytest.mark.usefixtures("features")


def test_synonyms_and_casings_become_names():
    """Other values stay; length and order too."""
    values = ["cell type", "celltyp", "CELLTYP", "Cell Line", "zz", None, "", 5, ["x"], "celltyp"]
    assert ln.Feature.standardize(values) == [
        "cell type",
        "cell type",
        "cell type",
        "cell line",
        "zz",
        None,
        "",
        5,
        ["x"],
        "cell type",
    ]


def test_exact_names_are_never_replaced():
    """Not by a twin of another casing, and not because they are a synonym of another record."""
    assert ln.Feature.standardize(["Ab", "AB", "ct"]) == ["Ab", "AB", "ct"]


def test_a_name_of_another_casing_goes_before_a_synonym():
    """CT is a synonym of "cell type", and "ct" in capitals."""
    assert ln.Feature.standardize("CT") == "ct"
    assert ln.Feature.standardize("CT", case_sensitive=True) == "cell type"


def test_one_value_gives_one_value():
    """Also a null."""
    assert ln.Feature.standardize("CL") == "cell line"
    assert ln.Feature.standardize(None) is None
    assert ln.Feature.standardize([]) == []


@pytest.mark.parametrize(
    "values", [pd.Series(["CL", None]), pd.Categorical(["CL", None]), np.array(["CL", None], dtype=object)]
)
def test_every_kind_of_list_gives_a_list(values):
    """Nulls pass through."""
    standard = ln.Feature.standardize(values)
    assert isinstance(standard, list)
    assert standard[0] == "cell line"
    assert pd.isna(standard[1])


def test_the_mapper_has_changes_only():
    """A value that stays is not in it."""
    assert ln.Feature.standardize(["CL", "cell line", "zz", "TS"], return_mapper=True) == {
        "CL": "cell line",
        "TS": "tissue",
    }


def test_of_records_that_share_a_synonym_the_oldest_is_first(features):
    """``keep`` chooses, and the order of creation decides."""
    assert ln.Feature.standardize(["shared"]) == ["cell line"]
    assert ln.Feature.standardize(["shared"], keep="last") == ["tissue"]
    earlier = datetime.now(UTC) - timedelta(days=1)
    ln.Feature.filter(name="tissue").update(created_at=earlier)
    assert ln.Feature.standardize(["shared"]) == ["tissue"]
    assert ln.Feature.standardize(["shared"], keep="last") == ["cell line"]
    assert ln.Feature.standardize(["shared", "CL"], return_mapper=True, keep=False) == {
        "shared": ["tissue", "cell line"],
        "CL": "cell line",
    }


def test_lists_among_the_results_are_announced(messages):
    """If a caller asks for all standards."""
    messages()
    ln.Feature.standardize(["shared"], keep=False)
    ln.Feature.standardize(["shared"], keep=False, return_mapper=True)
    assert [line for line in messages() if "keep" in line] == [
        "❗ returning list might contain lists when 'keep=False'",
        "❗ returning mapper might contain lists as values when 'keep=False'",
    ]


def test_the_count_of_standard_names_is_said(messages):
    """Of different values."""
    messages()
    ln.Feature.standardize(["CL", "ct", "zz", "CL", None])
    assert messages() == ["💡 standardized 2/3 terms"]
    ln.Feature.standardize(["CL"], mute=True)
    assert messages() == []


def test_a_registry_without_synonyms_changes_nothing(count_queries):
    """And asks nothing."""
    ln.ULabel(name="study").save()
    with count_queries() as queries:
        assert ln.ULabel.standardize(["Study", "x"]) == ["Study", "x"]
        assert ln.ULabel.standardize(["Study"], return_mapper=True) == {}
    assert len(queries) == 0


def test_fields_are_checked():
    """Names and synonyms can't be the same field, and both must exist."""
    with pytest.raises(KeyError, match="synonyms_field must be different from field!"):
        ln.Feature.standardize(["a"], synonyms_field="name")
    with pytest.raises(KeyError, match="field 'bogus' is invalid! Available fields are"):
        ln.Feature.standardize(["a"], field="bogus")
    with pytest.raises(KeyError, match="synonyms_field 'bogus' is invalid!"):
        ln.Feature.standardize(["a"], synonyms_field="bogus")
    with pytest.raises(ValueError, match="keep must be"):
        ln.Feature.standardize(["a"], keep="frist")


def test_other_fields_can_have_the_synonyms():
    """Any text field."""
    ln.Feature.from_fields(name="weight", type="number", description="mass|heaviness").save()
    assert ln.Feature.standardize(["mass"], synonyms_field="description") == ["weight"]


def test_the_older_name_still_works(messages):
    """With a hint."""
    messages()
    assert ln.Feature.map_synonyms(["CL"]) == ["cell line"]
    assert messages()[0] == "❗ `map_synonyms()` is deprecated, use `.standardize()`!'"


def test_the_number_of_statements_does_not_grow(count_queries):
    """One for names, one for synonyms, one for the order of ambiguous ones."""
    with count_queries() as queries:
        ln.Feature.standardize(["CL", "shared", *[f"name {i}" for i in range(900)]])
    assert len(queries) == 3


def test_a_public_reference_is_asked_for_the_rest(encyclopedia, messages):
    """Names that it finds are pointed out."""
    messages()
    assert ln.Feature.standardize(["CL", "years", "sex", "zz"]) == ["cell line", "age", "sex", "zz"]
    assert messages()[1:] == [
        "❗ found 1 synonym in Encyclopedia: ['years']",
        "   please add corresponding Feature records via `.from_values(['age'])`",
    ]
    assert ln.Feature.standardize(["years"], bionty_aware=False) == ["years"]

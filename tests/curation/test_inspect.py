"""What a registry knows of values."""

from __future__ import annotations

import pandas as pd
import pytest

import lamindb as ln
from lamindb.text.inspection import InspectResult

pytestmark = pytest.mark.usefixtures("features")

VALUES = ["cell type", "celltyp", "ab", "Cell Line", "zz", None, "cell type"]


def test_values_are_told_apart():
    """Valid ones, those that stand for a name, and others."""
    result = ln.Feature.inspect(VALUES)
    assert isinstance(result, InspectResult)
    assert result.validated == ["cell type"]
    assert result.non_validated == ["celltyp", "ab", "Cell Line", "zz"]
    assert result.synonyms_mapper == {"celltyp": "cell type", "ab": "Ab", "Cell Line": "cell line"}
    assert (result.n_unique, result.n_empty, result.frac_validated) == (5, 2, 20.0)
    assert result.df.index.tolist() == VALUES
    assert result.df["__validated__"].tolist() == [True, False, False, False, False, False, True]


def test_the_messages_tell_what_to_do(messages):
    """Standardise synonyms, create records for the rest."""
    messages()
    ln.Feature.inspect(VALUES)
    assert messages() == [
        "❗ received 5 unique terms, 2 empty/duplicated terms are ignored",
        "✅ 1 term (20.00%) is validated for name",
        "❗ 4 terms (80.00%) are not validated for name: celltyp, ab, Cell Line, zz",
        "   detected 3 terms with inconsistent casing/synonyms: 'celltyp', 'ab', 'Cell Line'",
        "→  standardize terms via .standardize()",
        "   couldn't validate 1 term: 'zz'",
        "→  if you are sure, create new record via ln.Feature() and save to your registry",
    ]


def test_the_messages_are_short(messages):
    """Values of a million characters are cut where they are shown."""
    messages()
    ln.Feature.inspect(["x" * 1_000_000, "zz"])
    ln.Feature.from_values(["x" * 1_000_000])
    said = messages()
    assert max(map(len, said)) < 400
    assert said[0].endswith("x…, zz")


def test_the_frame_can_be_asked_for():
    """In the older way."""
    frame = ln.Feature.inspect(["ct", "zz"], return_df=True)
    assert isinstance(frame, pd.DataFrame)
    assert frame["__validated__"].to_dict() == {"ct": True, "zz": False}


def test_an_empty_batch_has_an_empty_result():
    """No division by zero."""
    result = ln.Feature.inspect([])
    assert result.n_unique == 0
    assert result.frac_validated == 0


def test_a_registry_without_synonyms_has_no_mapper():
    """Other casings stand for nothing there."""
    ln.ULabel(name="study").save()
    assert ln.ULabel.inspect(["Study"]).synonyms_mapper == {}


def test_valid_values_cost_one_statement(count_queries):
    """Synonyms are read for other values only."""
    with count_queries() as queries:
        ln.Feature.inspect(["ct", "tissue"], mute=True)
    assert len(queries) == 1
    with count_queries() as queries:
        ln.Feature.inspect(["ct", "zz"], mute=True)
    assert len(queries) == 3  # one to see how large the registry is


def test_a_public_reference_is_asked_for_the_rest(encyclopedia, messages):
    """What it has, by name or by synonym, is not among the values that couldn't be validated."""
    messages()
    result = ln.Feature.inspect(["ct", "celltyp", "sex", "years", "zz"], type="category")
    assert encyclopedia.asked == [["sex", "years", "zz"]]
    assert encyclopedia.scope == {"type": "category"}
    assert result.validated == ["ct"]
    assert messages()[2:] == [
        "   detected 1 terms with synonym: 'celltyp'",
        "→  standardize terms via .standardize()",
        "   detected 1 Feature term in Encyclopedia for name: 'sex'",
        "   detected 1 Feature term in Encyclopedia as synonym: 'years'",
        "→  add records from Encyclopedia to your Feature registry via .from_values()",
        "   couldn't validate 1 term: 'zz'",
        "→  if you are sure, create new record via ln.Feature() and save to your registry",
    ]

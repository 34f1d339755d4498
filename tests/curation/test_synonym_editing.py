"""Synonyms and abbreviations of records."""

from __future__ import annotations

import numpy as np
import pytest

import lamindb as ln
from lamindb.errors import InvalidSynonym, SynonymConflict


def stored(record):
    """The synonyms in the database."""
    return type(record).filter(pk=record.pk).one().synonyms


def test_synonyms_are_added_behind_the_others(features):
    """In the order given, each once; saved records are saved."""
    features["ct"].add_synonym("b")
    features["ct"].add_synonym(["c", "a", "b", "", None, "c"])
    assert features["ct"].synonyms == stored(features["ct"]) == "b|c|a"
    features["ct"].add_synonym(np.array(["d"]))
    assert stored(features["ct"]) == "b|c|a|d"


def test_an_unsaved_record_stays_unsaved(instance):
    """Unless it shall be saved."""
    modality = ln.Modality(name="rna")
    modality.add_synonym("RNA-seq")
    assert modality.synonyms == "RNA-seq"
    assert modality._state.adding
    modality.add_synonym("transcripts", save=True)
    assert stored(modality) == "RNA-seq|transcripts"


def test_a_saved_record_need_not_be_saved(features):
    """With save=False."""
    features["ct"].add_synonym("b", save=False)
    assert features["ct"].synonyms == "b"
    assert stored(features["ct"]) is None


@pytest.mark.parametrize("nothing", ["", [], [""], [None], None])
def test_adding_nothing_does_nothing(features, nothing, count_queries):
    """Not even a statement."""
    with count_queries() as queries:
        features["cell type"].add_synonym(nothing)
        features["cell type"].remove_synonym(nothing)
    assert features["cell type"].synonyms == "CT|celltyp"
    assert len(queries) == 0


def test_a_bar_in_a_synonym_is_refused(features):
    """It separates synonyms."""
    for error in (AssertionError, ValueError, InvalidSynonym):
        with pytest.raises(error, match=r"a synonym can't contain '\|'!"):
            features["ct"].add_synonym(["fine", "a|b"])
    assert features["ct"].synonyms is None
    with pytest.raises(TypeError, match="need to be strings"):
        features["ct"].add_synonym([1])


def test_a_synonym_of_another_record_is_refused(features, messages):
    """The record that has it is shown, and nothing is added."""
    messages()
    with pytest.raises(SynonymConflict) as caught:
        features["ct"].add_synonym(["new", "CL", "celltyp"])
    assert isinstance(caught.value, SystemExit)
    assert isinstance(caught.value, ValueError)
    assert caught.value.code is AssertionError
    said = messages()
    assert said[0] == "❌ input synonyms ['CL', 'celltyp'] already associated with the following records:"
    assert sum("CL|shared" in line for line in said) == 1
    assert sum("CT|celltyp" in line for line in said) == 1
    assert features["ct"].synonyms is stored(features["ct"]) is None


def test_conflicts_are_exact(features):
    """A part of a synonym, another casing or a wildcard is no conflict, nor is what the record has already."""
    features["ct"].add_synonym(["cell", "cl", "C_", "%", "C"])
    features["cell line"].add_synonym(["CL", "new"])
    assert stored(features["cell line"]) == "CL|shared|new"


def test_a_synonym_can_be_forced(features):
    """For synonyms that are ambiguous in truth."""
    features["ct"].add_synonym("CL", force=True)
    assert stored(features["ct"]) == "CL"


def test_conflicts_are_found_with_few_statements(features, count_queries):
    """However many synonyms are added."""
    with count_queries() as queries:
        features["ct"].add_synonym([f"synonym {i}" for i in range(90)])
    assert len(queries) <= 3
    features["tissue"].add_synonym([f"tissue {i}" for i in range(250)])
    with pytest.raises(SynonymConflict):
        features["Ab"].add_synonym([f"ab {i}" for i in range(250)] + ["tissue 249"])


def test_synonyms_are_removed(features):
    """Unknown ones are ignored; the last one leaves null."""
    features["cell type"].remove_synonym(["CT", "unknown"])
    assert stored(features["cell type"]) == "celltyp"
    features["cell type"].remove_synonym("celltyp")
    assert stored(features["cell type"]) is None
    features["cell type"].remove_synonym("celltyp")
    assert stored(features["cell type"]) is None


def test_a_registry_without_synonyms_says_so(instance):
    """Labels, for instance."""
    label = ln.ULabel(name="study")
    with pytest.raises(NotImplementedError, match="No synonyms field found in table ULabel!"):
        label.add_synonym("x")
    with pytest.raises(NotImplementedError, match="No synonyms field found in table ULabel!"):
        label.remove_synonym("x")


def test_an_abbreviation_is_also_a_synonym(instance):
    """And is saved if the record is in the database."""
    modality = ln.Modality(name="protein")
    modality.set_abbr("prot")
    assert (modality.abbr, modality.synonyms) == ("prot", "prot")
    assert modality._state.adding
    modality.save()
    modality.set_abbr("p")
    again = ln.Modality.filter(name="protein").one()
    assert (again.abbr, again.synonyms) == ("p", "prot|p")


def test_an_abbreviation_that_is_the_name_is_no_synonym(instance):
    """Names need no synonym."""
    modality = ln.Modality(name="rna")
    modality.set_abbr("rna")
    assert (modality.abbr, modality.synonyms) == ("rna", None)


def test_an_abbreviation_that_others_have_as_synonym_is_no_second_synonym(instance, messages):
    """It is set, and the other record is named."""
    ln.Modality.from_fields(name="protein", synonyms="p").save()
    modality = ln.Modality(name="phosphorylation")
    messages()
    modality.set_abbr("p")
    assert (modality.abbr, modality.synonyms) == ("p", None)
    assert "'p' is not added to the synonyms, because it is one of Modality(" in messages()[0]


def test_an_abbreviation_that_cannot_be_stored_is_announced(instance, messages):
    """A registry without the field keeps it in memory only."""
    label = ln.ULabel(name="study")
    messages()
    label.set_abbr("s")
    assert label.abbr == "s"
    assert messages() == ["❗ ULabel has no field abbr, so the abbreviation 's' is not stored"]

"""Saving records of biological registries: with their ancestors, in few statements, all or nothing."""

from __future__ import annotations

import pytest
from django.db import IntegrityError


def ancestors(lb, name):
    """The names of the ancestors of a cell type, as the public source has them."""
    public = lb.CellType.bionty()
    start = public.records("name", [name])[name][0]
    return {row["name"] for row in public.closure([start["ontology_id"]]).values()} - {name}


def test_all_ancestors_are_saved_and_linked(lb):
    """With the parents that each has in the public source."""
    record = lb.CellType.from_bionty(name="T cell")
    record.save()
    expected = ancestors(lb, "T cell")
    assert {"lymphocyte", "leukocyte", "cell"} <= expected
    assert set(lb.CellType.filter().list("name")) == {"T cell", *expected}
    assert set(record.ancestors().list("name")) == expected
    for row in lb.CellType.bionty().closure([record.ontology_id]).values():
        saved = lb.CellType.filter(ontology_id=row["ontology_id"]).one()
        assert set(saved.parents.list("ontology_id")) == set(row["parents"])
        assert saved.bionty_source == record.bionty_source


def test_number_of_statements_does_not_depend_on_ancestors(lb, count_queries):
    """One record with few ancestors, one with many, and a hundred records take as many statements."""
    numbers = []
    for name in ("cell", "eukaryotic cell", "CD8-positive, alpha-beta T cell"):
        lb.CellType.filter().delete()
        record = lb.CellType.from_bionty(name=name)
        with count_queries() as queries:
            record.save()
        numbers.append(len(queries))
    assert len(lb.CellType.filter()) > 10
    assert numbers[1] == numbers[2] <= 20
    lb.CellType.filter().delete()
    import lamindb as ln

    frame = lb.CellType.bionty().df()
    records = lb.CellType.from_values(frame["name"].tolist()[:300])
    with count_queries() as queries:
        ln.save(records)
    assert lb.CellType.filter().count() > 300
    assert len(queries) <= numbers[2] + 2  # of a savepoint


def test_ancestors_are_left_out_on_request(lb):
    """For one call or for the session."""
    import lamindb as ln

    lb.CellType.from_bionty(name="T cell").save(parents=False)
    assert lb.CellType.filter().count() == 1
    ln.save([lb.CellType.from_bionty(name="B cell")], parents=False)
    assert lb.CellType.filter().count() == 2
    lb.settings.auto_save_parents = False
    neuron = lb.CellType.from_bionty(name="neuron")
    neuron.save()
    assert lb.CellType.filter().count() == 3
    neuron.save(True)
    assert neuron.parents.exists()


def test_existing_ancestors_are_linked_and_stay(lb):
    """Also ones that were renamed, or were saved without their own parents."""
    cell = lb.CellType.from_bionty(name="cell")
    cell.name, cell.description = "my cell", "mine"
    cell.save()
    lb.CellType.from_bionty(name="lymphocyte").save(parents=False)
    lb.CellType.from_bionty(name="T cell").save()
    assert lb.CellType.filter(ontology_id="CL:0000000").one().description == "mine"
    assert lb.CellType.filter(name="lymphocyte").one().parents.exists()


def test_saving_twice_changes_nothing(lb):
    """The same object, another object of the same term, and many."""
    import lamindb as ln

    first, second = lb.CellType.from_bionty(name="T cell"), lb.CellType.from_bionty(name="T cell")
    first.save()
    first.save()
    number, links = lb.CellType.filter().count(), lb.CellType.parents.through.objects.count()
    lb.CellType.filter(pk=first.pk).update(description="edited")
    second.save()
    assert second.description == "edited"
    ln.save([first, lb.CellType.from_bionty(name="lymphocyte")])
    assert (lb.CellType.filter().count(), lb.CellType.parents.through.objects.count()) == (number, links)


def test_renamed_term_is_the_registered_one(lb, capsys):
    """A term whose name is new in the public source is no second record; which is said."""
    old = lb.CellType(name="old name of T cells", ontology_id="CL:0000084")
    old.save()
    record = lb.CellType.from_bionty(name="T cell")
    record.save()
    assert record == old
    assert lb.CellType.filter(ontology_id="CL:0000084").one().name == "old name of T cells"
    assert record.parents.list("name") == ["lymphocyte"]
    assert "CL:0000084 is registered as 'old name of T cells' and stays so" in capsys.readouterr().out


@pytest.mark.parametrize("at_once", [False, True])
def test_abbreviation_of_another_term_is_refused(lb, at_once):
    """A new term doesn't become the one whose abbreviation it has; the message names both, and nothing is saved."""
    import lamindb as ln

    lb.CellType(name="natural killer", abbr="NK").save()
    other = lb.CellType(name="nurse cell", abbr="NK")
    with pytest.raises(
        IntegrityError, match="could not save CellType 'nurse cell': abbr 'NK' is that of 'natural killer'"
    ):
        ln.save([other]) if at_once else other.save()
    assert (other.name, other._state.adding) == ("nurse cell", True)
    assert not lb.CellType.filter(name="nurse cell").exists()


def test_terms_of_ones_own_have_public_parents(lb, capsys):
    """And parents of one's own; those that nobody knows are reported."""
    lb.CellType(name="my kind", ontology_id="MY:1").save()
    mine = lb.CellType(name="my state", parents=["CL:0000540", "MY:1", "CL:9999999"])
    mine.save()
    assert set(mine.parents.list("name")) == {"neuron", "my kind"}
    assert "cell" in mine.ancestors().list("name")
    said = capsys.readouterr().out
    assert "❗ did not create CellType record for 1 non-validated ontology_id: 'CL:9999999'" in said


def test_changes_are_saved(lb):
    """Of one record and of many."""
    import lamindb as ln

    record = lb.CellType.from_bionty(name="T cell")
    record.save(parents=False)
    record.description = "changed"
    record.save()
    assert lb.CellType.filter(description="changed").one() == record
    record.description = "changed again"
    ln.save([record])
    assert lb.CellType.filter(description="changed again").one() == record


def test_nothing_is_half_saved(lb, monkeypatch):
    """If ancestors can't be linked, the term isn't saved either."""
    from lnschema_bionty import saving

    def fail(*_):
        msg = "no"
        raise RuntimeError(msg)

    record = lb.CellType.from_bionty(name="T cell")
    monkeypatch.setattr(saving, "link_parents", fail)
    with pytest.raises(RuntimeError, match="no"):
        record.save()
    assert not lb.CellType.filter().exists()


def test_parents_come_from_the_source_of_the_record(lb, tmp_path):
    """Which need not be the one that is used by default."""
    pato = lb.public.Phenotype(source="pato")
    source = lb.BiontySource.filter(source="pato").one()
    source.version = pato.version
    source.save()
    age = lb.Phenotype.from_bionty(name="age", bionty_source=source)
    age.save()
    assert {one.bionty_source_id for one in age.ancestors()} == {source.id}
    assert age.ancestors().exists()


def test_whole_ontology_is_imported(lb, count_queries):
    """Every term in use with its links, in seconds; a second time nothing is new, and what was changed stays."""
    from time import process_time

    lb.CellType.from_bionty(name="T cell").save()
    lb.CellType.filter(name="T cell").update(description="edited")
    there = lb.CellType.filter().count()
    started = process_time()
    with count_queries() as queries:
        number = lb.CellType.import_from_bionty()
    assert process_time() - started < 3
    assert len(queries) <= 20
    live = [row for row in lb.CellType.bionty().table().to_pylist() if not row["obsolete"]]
    assert len(live) == number + there == lb.CellType.filter().count()
    assert number > 2000
    known = {row["ontology_id"] for row in live}
    links = {(row["ontology_id"], parent) for row in live for parent in row["parents"] if parent in known}
    assert (
        set(lb.CellType.parents.through.objects.values_list("from_celltype__ontology_id", "to_celltype__ontology_id"))
        == links
    )
    assert lb.CellType.import_from_bionty() == 0
    assert lb.CellType.filter(name="T cell").one().description == "edited"


def test_links_are_completed_by_an_import(lb):
    """Of records that were saved without their parents."""
    record = lb.CellType.from_bionty(name="T cell")
    record.save(parents=False)
    lb.CellType.import_from_bionty()
    assert "cell" in record.ancestors().list("name")


@pytest.mark.slow
def test_large_ontology_is_imported(lb):
    """Forty thousand pathways take seconds."""
    from time import process_time

    started = process_time()
    number = lb.Pathway.import_from_bionty()
    assert process_time() - started < 30 * number / 50_000
    assert number > 40_000
    assert lb.Pathway.filter(name="biological_process").one().descendants().count() > 20_000


def test_records_that_share_an_id_are_told_apart(lb):
    """Ids of species have four characters: of many, some have the same; the second one gets another, always the same."""
    first = lb.Species(name="first", taxon_id=1, id="NCBI_9606")
    first.save()
    human = lb.Species.from_bionty(name="human")
    assert human.id == first.id
    human.save()
    assert human.id != first.id
    assert lb.Species.filter(name="human").one() == human
    again = lb.Species.from_bionty(taxon_id=10090)
    again.save()
    assert lb.Species.filter().count() == 3
    lb.Species.filter(name="human").update(name="people")
    renamed = lb.Species.from_bionty(name="human")
    renamed.save()
    assert renamed.pk == human.pk


@pytest.mark.slow
def test_no_species_is_lost(lb):
    """Of tens of thousands, all are imported, though some share an id; a second time nothing is new."""
    number = lb.Species.import_from_bionty()
    assert number == len(lb.Species.bionty().df()) == lb.Species.filter().count()
    assert lb.Species.import_from_bionty() == 0


def test_import_of_what_is_not_here_saves_nothing(lb):
    """The error says what is missing."""
    from lamindb.errors import LaminError

    with pytest.raises(LaminError):
        lb.CellLine.import_from_bionty()
    assert not lb.CellLine.filter().exists()
    with pytest.raises(AssertionError, match="requires to specify a species"):
        lb.Gene.import_from_bionty()

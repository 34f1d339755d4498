"""Which versions of public sources an instance knows, and which one it uses."""

from __future__ import annotations

import pytest


def test_fresh_instance_has_the_sources_of_2023(lb):
    """Each once; of each entity and species one is currently used."""
    rows = lb.BiontySource.filter()
    assert rows.count() == 45
    current = rows.filter(currently_used=True)
    assert current.count() == len({(row.entity, row.species) for row in current}) == 28
    hancestro = rows.filter(entity="Ethnicity").one()
    assert (hancestro.source, hancestro.version, hancestro.species) == ("hancestro", "2023-07-313.0", "human")
    assert rows.filter(entity="CellType", currently_used=True).one().version == "2023-04-20"
    assert rows.filter(entity="CellMarker", species="human").one().version == "2.0"


def test_missing_rows_are_added_and_others_stay(lb, count_queries):
    """What was chosen stays chosen; a second time nothing is added."""
    from lnschema_bionty.sources import ensure_rows

    lb.BiontySource.filter(entity="CellType", version="2023-02-15").update(currently_used=True)
    lb.BiontySource.filter(entity="CellType", version="2023-04-20").update(currently_used=False)
    lb.BiontySource.filter(version="2022-08-16").delete()
    lb.BiontySource.filter(entity="Tissue").delete()
    assert ensure_rows() == 4
    assert ensure_rows() == 0
    cell_types = lb.BiontySource.filter(entity="CellType")
    assert cell_types.filter(currently_used=True).list("version") == ["2023-02-15"]
    assert cell_types.count() == 3
    assert lb.BiontySource.filter(entity="Tissue", currently_used=True).one().version == "2023-04-19"


def test_ids_are_the_same_in_every_instance(lb):
    """Hashed, and longer where the short one is taken."""
    from lnschema_bionty.sources import ensure_rows

    row = lb.BiontySource.filter(entity="CellType", version="2023-04-20").one()
    assert row.id == lb.ids.source("CellTypeclall2023-04-20")
    taken, _ = row.id, row.delete()
    lb.BiontySource(entity="x", source="x", species="x", version="x", id=taken).save()
    ensure_rows()
    again = lb.BiontySource.filter(entity="CellType", version="2023-04-20").one()
    assert again.id == lb.ids.hash_id("CellTypeclall2023-04-20", 8)


def test_current_source_is_read_live(lb):
    """Of several the one that was chosen last; of several species the first of the list."""
    from lnschema_bionty.sources import current_row

    assert current_row("Phenotype").source == "hp"
    assert current_row("Disease").source == "mondo"
    assert current_row("Gene", "mouse").species == "mouse"
    assert current_row("Gene", "axolotl") is None
    chosen = lb.BiontySource.filter(entity="CellType", version="2022-08-16").one()
    chosen.currently_used = True
    chosen.save()
    assert current_row("CellType") == chosen


def test_source_of_records_is_the_one_they_are_from(lb):
    """Its row is saved with the first record, not before."""
    public = lb.CellType.bionty()
    before = lb.BiontySource.filter().count()
    record = lb.CellType.from_bionty(name="neuron")
    assert lb.BiontySource.filter().count() == before
    record.save(parents=False)
    source = lb.CellType.filter(name="neuron").one().bionty_source
    assert (source.entity, source.source, source.species, source.version) == (
        "CellType",
        public.source,
        public.species,
        public.version,
    )
    other = lb.CellType.from_bionty(name="T cell")
    assert other.bionty_source == source


def test_source_is_passed(lb, capsys):
    """Records of it are linked with it, also if it isn't the one that is used by default; which is said."""
    from lamindb import log

    pato = lb.BiontySource.filter(source="pato").one()
    version = next(one.version for one in lb.public.sources.embedded() if one.source == "pato")
    here = lb.BiontySource(entity="Phenotype", source="pato", species="all", version=version)
    here.save()
    log.set_verbosity(4)
    record = lb.Phenotype.from_bionty(name="age", bionty_source=here)
    said = capsys.readouterr().out
    assert "❗ loading non-default source inside a LaminDB instance" in said
    assert "modify currently_used Phenotype source in `lnschema_bionty.BiontySource`" in said
    assert record.bionty_source == here != pato
    assert record.id == "he7RPQN5"


@pytest.mark.parametrize("source", ["cl", 3])
def test_source_that_is_no_record_is_refused(lb, source):
    """With an example of one that is."""
    for call in (
        lambda: lb.CellType.bionty(bionty_source=source),
        lambda: lb.CellType.from_bionty(name="T cell", bionty_source=source),
        lambda: lb.CellType.validate(["T cell"], bionty_source=source),
    ):
        with pytest.raises(TypeError, match="bionty_source is a record, such as"):
            call()


def test_which_version_is_used_is_said_once(lb, capsys):
    """Where the current one would have to be downloaded, and another one comes with the package."""
    from lnschema_bionty import sources

    sources._said.clear()
    version = lb.CellType.bionty().version
    lb.CellType.bionty()
    assert (
        capsys.readouterr().out.count(f"CellType: cl {version} is here and used, cl 2023-04-20 would have to be") == 1
    )


def test_registries_of_others_have_no_public_source(lb):
    """A subclass in another package gets ``None``."""
    from lnschema_bionty.sources import public_of

    class Elsewhere:
        pass

    assert public_of(Elsewhere, None, None) is None

"""Sources of one's own, and moving terms to a newer version of their source."""

from __future__ import annotations

import datetime as dt

import pytest

HEADER = ("ontology_id", "name", "definition", "synonyms", "parents", "obsolete", "replaced_by")

FIRST = [
    ("T:1", "cell", "A cell.", "", "", "", ""),
    ("T:2", "white cell", "A white cell.", "leukocyte", "T:1", "", ""),
    ("T:3", "small cell", "A small cell.", "", "T:2", "", ""),
    ("T:4", "tiny cell", "A tiny cell.", "", "T:2", "", ""),
    ("T:5", "vague cell", "A vague cell.", "", "T:1", "", ""),
    ("T:6", "lost cell", "A lost cell.", "", "T:1", "", ""),
    ("T:7", "same cell", "The same cell.", "", "T:1", "", ""),
]
SECOND = [
    ("T:1", "cell", "A cell, better said.", "", "", "", ""),
    ("T:2", "leukocyte", "A white cell.", "white blood cell", "T:1", "", ""),
    ("T:3", "small cell", "A small cell.", "", "T:8", "", ""),
    ("T:4", "obsolete tiny cell", "", "", "", "true", "T:3"),
    ("T:5", "obsolete vague cell", "", "", "", "true", ""),
    ("T:7", "same cell", "The same cell.", "", "T:1", "", ""),
    ("T:8", "new kind of cell", "Between.", "", "T:2", "", ""),
]


@pytest.fixture
def add(lb, tmp_path):
    """Make a table a source of cell types, which is forgotten afterwards."""
    from lnschema_bionty import public
    from lnschema_bionty.public.registering import forget

    versions = []

    def make(version, rows, **options):
        path = tmp_path / f"cells-{version}.tsv"
        path.write_text("\n".join("\t".join(row) for row in [HEADER, *rows]) + "\n")
        row = lb.CellType.add_source(path, source="ours", version=version, licence="internal", **options)
        versions.append(version)
        return row

    yield make
    registered = {one.version for one in public.sources.own() if one.source == "ours"}
    for version in registered.intersection(versions):
        forget("CellType", source="ours", version=version)


@pytest.fixture
def second(lb, add):
    """Terms of a first version are registered, there is a second version, which isn't used yet."""
    first = add("1", FIRST)
    lb.CellType.import_from_bionty()
    lb.CellType(name="my cell").save()
    row = add("2", SECOND)
    first.use()
    return row


def test_file_becomes_a_source(lb, add):
    """Which is used from now on, with its licence and name."""
    row = add("1", FIRST, name="Our cells")
    assert (row.entity, row.source, row.species, row.version) == ("CellType", "ours", "all", "1")
    assert row.source_name == "Our cells"
    assert lb.BiontySource.filter(entity="CellType", currently_used=True).one() == row
    record = lb.CellType.from_bionty(name="small cell")
    record.save()
    assert record.bionty_source == row
    assert set(record.ancestors().list("name")) == {"white cell", "cell"}


def test_broken_file_becomes_no_source(lb, tmp_path):
    """Nothing is kept of it."""
    path = tmp_path / "broken.tsv"
    path.write_text("what\tis this\n1\t2\n")
    current = lb.BiontySource.filter(entity="CellType", currently_used=True).one()
    with pytest.raises(ValueError, match="broken"):
        lb.CellType.add_source(path, source="broken", version="1", licence="internal")
    with pytest.raises(ValueError, match="licence"):
        lb.CellType.add_source(path, source="broken", version="1", licence="")
    with pytest.raises(FileNotFoundError):
        lb.CellType.add_source(tmp_path / "none.tsv", source="broken", version="1", licence="internal")
    assert lb.BiontySource.filter(entity="CellType", currently_used=True).one() == current
    assert not lb.BiontySource.filter(source="broken").exists()


def test_plan_shows_what_happens_to_terms_in_use(lb, second):
    """And changes nothing."""
    before = list(lb.CellType.filter().order_by("pk").values())
    update = lb.CellType.plan_update(second)
    assert {one.record.ontology_id: one.kinds for one in update.terms} == {
        "T:1": ("redefined",),
        "T:2": ("renamed", "redefined"),
        "T:3": ("moved",),
        "T:4": ("replaced",),
        "T:5": ("obsolete",),
        "T:6": ("gone",),
        "T:7": (),
    }
    assert "CellType: 7 terms to ours 2, 6 change" in repr(update)
    assert "T:2 'white cell': renamed, redefined → leukocyte" in repr(update)
    assert "T:4 'tiny cell': replaced → T:3" in repr(update)
    assert "T:3 'small cell': moved (-T:2, +T:8)" in repr(update)
    frame = update.df()
    assert tuple(frame.loc["T:3", ["lost_parents", "gained_parents"]]) == ("T:2", "T:8")
    assert frame.loc["T:2", "after"] == "leukocyte"
    assert frame.loc["T:2", "version"] == "1"
    assert list(lb.CellType.filter().order_by("pk").values()) == before
    assert not lb.models.TermUpdate.filter().exists()


def test_update_is_applied(lb, second, tmp_path):
    """Names, definitions, synonyms and parents are those of the version; records keep their ids and labels."""
    import lamindb as ln

    by_id = {record.ontology_id: record for record in lb.CellType.filter(ontology_id__isnull=False)}
    mine = lb.CellType.filter(name="my cell").one()
    by_id["T:3"].parents.add(mine)
    path = tmp_path / "labelled.txt"
    path.write_text("tiny")
    file = ln.File(path, description="tiny")
    file.save()
    file.cell_types.add(by_id["T:4"])
    lb.CellType.plan_update(second).apply()
    after = {record.ontology_id: record for record in lb.CellType.filter(ontology_id__isnull=False)}
    assert {key: after[key].pk for key in by_id} == {key: record.pk for key, record in by_id.items()}
    assert (after["T:2"].name, after["T:2"].synonyms) == ("leukocyte", "white blood cell|white cell")
    assert after["T:1"].description == "A cell, better said."
    assert set(after["T:3"].parents.list("name")) == {"new kind of cell", "my cell"}
    assert after["T:8"].parents.one() == after["T:2"]
    assert after["T:4"].parents.list("ontology_id").count("T:3") == 1
    assert file.cell_types.one() == after["T:4"]
    assert ln.File.filter(cell_types__in=after["T:3"].with_descendants()).one() == file
    assert {key for key, record in after.items() if record.bionty_source == second} == {
        "T:1",
        "T:2",
        "T:3",
        "T:7",
        "T:8",
    }
    assert lb.BiontySource.filter(entity="CellType", currently_used=True).one() == second
    assert lb.CellType.standardize(["white cell"]) == ["leukocyte"]


def test_what_terms_were_is_remembered(lb, second):
    """With the version that they were from."""
    record = lb.CellType.filter(ontology_id="T:2").one()
    lb.CellType.plan_update(second).apply()
    [was] = record.history()
    assert (was.name, was.changes, was.from_source.version, was.to_source.version) == (
        "white cell",
        "renamed|redefined",
        "1",
        "2",
    )
    [same] = lb.CellType.filter(ontology_id="T:7").one().history()
    assert same.changes == ""


def test_version_of_a_term_at_a_time(lb, second):
    """Is that with which labels were made then; terms that ended stay from theirs."""
    registered = {record.ontology_id: record.created_at for record in lb.CellType.filter(ontology_id__isnull=False)}
    lb.CellType.plan_update(second).apply()
    for ontology_id, now in (("T:2", "2"), ("T:4", "1")):
        record = lb.CellType.filter(ontology_id=ontology_id).one()
        assert record.source_at(registered[ontology_id]).version == "1"
        assert record.source_at(dt.datetime.now(tz=dt.UTC)).version == now
    assert lb.CellType.filter(name="my cell").one().source_at(registered["T:2"]) is None


def test_second_update_finds_only_what_ended(lb, second):
    """Terms in use are from the version; those that ended stay from theirs."""
    lb.CellType.plan_update(second).apply()
    again = lb.CellType.plan_update(second)
    assert {one.record.ontology_id for one in again.terms} == {"T:4", "T:5", "T:6"}
    number = lb.models.TermUpdate.filter().count()
    again.apply()
    assert lb.models.TermUpdate.filter().count() == number


@pytest.fixture
def update(lb, add):
    """Register terms of a first table, do something to them, and plan their update to a second table."""

    def plan(first, second, between=None):
        row = add("1", first)
        lb.CellType.import_from_bionty()
        if between is not None:
            between({record.ontology_id: record for record in lb.CellType.filter(bionty_source=row)})
        return lb.CellType.plan_update(add("2", second))

    return plan


def term(number, name, *, synonyms="", parents="", obsolete="", replaced_by=""):
    """A row of a table of terms."""
    return (f"T:{number}", name, f"Definition {number}.", synonyms, parents, obsolete, replaced_by)


def kinds(update):
    """What happens to which term."""
    return {one.record.ontology_id: one.kinds for one in update.changes}


def test_merged_terms_and_replaced_ones_differ(lb, update):
    """A term that is another id of the other one by now was merged; successors are followed to one in use."""
    first = [term(1, "a"), term(2, "b"), term(3, "c"), term(4, "d"), term(5, "e")]
    gone = {"obsolete": "true"}
    second = [
        term(1, "a"),
        term(2, "", replaced_by="T:1", **gone),
        term(3, "obsolete c", replaced_by="T:2", **gone),
        term(4, "obsolete d", replaced_by="T:5", **gone),
        term(5, "obsolete e", replaced_by="T:4", **gone),
    ]
    plan = update(first, second)
    assert {one.record.ontology_id: (*one.kinds, one.after) for one in plan.changes} == {
        "T:2": ("merged", "T:1"),
        "T:3": ("replaced", "T:1"),
        "T:4": ("obsolete", ""),
        "T:5": ("obsolete", ""),
    }
    plan.apply()
    assert set(lb.CellType.filter(ontology_id="T:1").one().descendants().list("ontology_id")) == {"T:2", "T:3"}
    assert not lb.CellType.filter(ontology_id="T:4").one().parents.exists()


def test_what_users_changed_stays(lb, update):
    """Names, definitions, synonyms and parents of one's own are not those of the version before, which is known."""

    def edit(terms):
        terms["T:2"].name, terms["T:2"].description = "my b", "Mine."
        terms["T:2"].synonyms = "mine"
        terms["T:2"].save()
        terms["T:3"].parents.add(terms["T:1"])

    first = [term(1, "a"), term(2, "b", synonyms="bb"), term(3, "c", parents="T:2"), term(4, "d")]
    second = [term(1, "a"), term(2, "B", synonyms="bb|bbb"), term(3, "c", parents="T:2|T:4"), term(4, "d")]
    plan = update(first, second, edit)
    assert kinds(plan) == {"T:2": ("redefined",), "T:3": ("moved",)}
    plan.apply()
    mine = lb.CellType.filter(ontology_id="T:2").one()
    assert (mine.name, mine.description, mine.synonyms) == ("my b", "Mine.", "mine|bbb")
    child = lb.CellType.filter(ontology_id="T:3").one()
    assert set(child.parents.list("ontology_id")) == {"T:1", "T:2", "T:4"}


def test_root_gets_parents(lb, update):
    """Also a term that had none before."""
    plan = update([term(1, "a"), term(2, "b")], [term(1, "a"), term(2, "b", parents="T:1")])
    assert "T:2 'b': moved (+T:1)" in repr(plan)
    plan.apply()
    assert lb.CellType.filter(ontology_id="T:2").one().parents.list("ontology_id") == ["T:1"]


def test_former_name_that_means_another_term_is_no_synonym(lb, update):
    """Neither is a synonym that became the name of another term, unless it is one still; two terms may swap their names."""
    first = [term(1, "a", synonyms="x|y"), term(2, "b"), term(3, "c")]
    second = [term(1, "b", synonyms="y"), term(2, "a"), term(3, "d"), term(4, "x"), term(5, "y")]
    plan = update(first, second)
    assert [kinds(plan)[one][0] for one in ("T:1", "T:2", "T:3")] == ["renamed"] * 3
    plan.apply()
    found = lb.CellType.filter(ontology_id__startswith="T:").order_by("ontology_id")
    assert list(found.values_list("name", "synonyms")) == [("b", "y"), ("a", None), ("d", "c")]


@pytest.mark.parametrize("times", [1, 2])
def test_two_records_of_one_term(lb, update, times):
    """As databases of 0.54 have them of renamed terms: one goes on, the other one is below it and keeps its data."""

    def double(terms):
        lb.CellType.from_fields(
            id="twin1234", name="old a", ontology_id="T:1", bionty_source=terms["T:1"].bionty_source
        ).save(parents=False)

    plan = update([term(1, "a")], [term(1, "new a")], double)
    assert sorted(one.kinds[0] for one in plan.changes) == ["duplicate", "renamed"]
    for _ in range(times):
        plan.apply()
    keeper = lb.CellType.filter(name="new a").one()
    [twin] = keeper.children.list()
    assert (twin.ontology_id, twin.bionty_source.version) == ("T:1", "1")
    assert not keeper.parents.exists()
    assert lb.CellType.filter(ontology_id="T:1").count() == 2


def test_number_of_statements_does_not_depend_on_terms(lb, second, count_queries):
    """Neither of a plan, nor of its application."""
    with count_queries() as queries:
        update = lb.CellType.plan_update(second)
    assert len(queries) <= 4
    with count_queries() as queries:
        update.apply()
    assert len(queries) <= 50


def test_update_is_all_or_nothing(lb, second, monkeypatch):
    """An error on the way leaves everything as it was."""
    from lnschema_bionty import applying

    def fail(*_):
        msg = "no"
        raise RuntimeError(msg)

    before = list(lb.CellType.filter().order_by("pk").values())
    update = lb.CellType.plan_update(second)
    monkeypatch.setattr(applying, "link_parents", fail)
    with pytest.raises(RuntimeError, match="no"):
        update.apply()
    assert list(lb.CellType.filter().order_by("pk").values()) == before
    assert not lb.models.TermUpdate.filter().exists()


def test_registries_without_ontology_ids_are_not_updated(lb):
    """Which is said, as is an unknown version."""
    with pytest.raises(NotImplementedError, match="records of Gene have no ontology ids"):
        lb.Gene.plan_update()
    with pytest.raises(NotImplementedError, match="records of Gene have no ontology ids"):
        lb.plan_updates(lb.Gene)
    with pytest.raises(TypeError, match=r"a registry such as lb\.CellType has terms .*, not 'CellType'"):
        lb.plan_updates("CellType")
    with pytest.raises(ValueError, match="No source is available"):
        lb.CellType.plan_update(version="1848")


def test_version_of_the_package_is_the_default(lb):
    """Terms of a release of 2023 move to the one that comes with the package."""
    old = lb.BiontySource.filter(entity="CellType", currently_used=True).one()
    record = lb.CellType(name="T cell (old)", ontology_id="CL:0000084", bionty_source=old)
    record.save()
    update = lb.CellType.plan_update()
    [change] = update.changes
    assert (change.record, change.after) == (record, "T cell")
    assert "renamed" in change.kinds
    update.apply()
    assert lb.CellType.filter(ontology_id="CL:0000084").one().name == "T cell"


def test_newest_version_is_taken(lb, second, add):
    """Rather than the one that was added last; terms never move to an older version unasked."""
    from lnschema_bionty.public.registering import forget

    add("0.9", FIRST)
    second.use()
    [update] = lb.plan_updates(lb.CellType)
    assert update.public.version == lb.CellType.plan_update().public.version == "2"
    update.apply()
    assert lb.plan_updates() == []
    forget("CellType", source="ours", version="2")
    with pytest.raises(ValueError, match="ours 2 is in use, and nothing newer than 1 is on this machine"):
        lb.CellType.plan_update()
    assert lb.plan_updates() == []


OBO = """format-version: 1.2
ontology: cl

[Term]
id: CL:0000000
name: cell of old

[Term]
id: CL:0000540
name: nerve cell of old
def: "A nerve cell." []
synonym: "old neuron" EXACT []
is_a: CL:0000000

[Term]
id: CL:0000054
name: bone matrix secreting cell
is_a: CL:0000000
"""


def test_terms_of_a_file_move_to_the_release_of_the_package(lb, tmp_path):
    """From an OBO file to the Cell Ontology as it comes with the package."""
    from lnschema_bionty.public.registering import forget

    path = tmp_path / "cl.obo"
    path.write_text(OBO)
    lb.CellType.add_source(path, source="cl", version="2001-01-01", licence="CC-BY-4.0")
    try:
        lb.CellType.import_from_bionty()
        [update] = lb.plan_updates(lb.CellType)
        update.apply()
    finally:
        forget("CellType", source="cl", version="2001-01-01")
    found = {one.record.ontology_id: (one.kinds, one.after) for one in update.changes}
    assert found["CL:0000054"] == (("replaced",), "CL:0000062")
    assert found["CL:0000540"] == (("renamed", "moved", "redefined"), "neuron")
    neuron = lb.CellType.filter(ontology_id="CL:0000540").one()
    assert {"old neuron", "nerve cell of old"} <= set(neuron.synonyms.split("|"))
    assert "neural cell" in neuron.ancestors().list("name")
    assert lb.CellType.filter(ontology_id="CL:0000054").one().parents.filter(name="osteoblast").exists()

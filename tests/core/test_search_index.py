"""Names are found by indexes of the database, with the results that ranking the whole registry gives."""

from __future__ import annotations

import itertools
import random
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lamindb as ln
from lamindb import log

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

pytestmark = pytest.mark.usefixtures("instance")

WORDS = [
    "acute",
    "breast",
    "carcinoma",
    "chronic",
    "dermatitis",
    "kidney",
    "liver",
    "lung",
    "lymphoma",
    "neuron",
    "retinal",
]


@pytest.fixture
def modules(instance):
    """The modules of the index, which need a connection to be imported."""
    from types import SimpleNamespace

    from lnschema_core.search_index import candidates, definitions, known, objects

    known.forget()
    yield SimpleNamespace(candidates=candidates, definitions=definitions, known=known, objects=objects)
    known.forget()


@pytest.fixture
def names(modules):
    """Names of 3,000 labels, more than are ranked as a whole."""
    rng = random.Random(7)
    made = {" ".join([*rng.sample(WORDS, 3), "".join(rng.sample(string.ascii_lowercase, 6))]) for _ in range(3_000)}
    found = sorted(made)
    ln.save([ln.ULabel.from_fields(name=name) for name in found])
    return found


def misspelt(name, rng):
    """The name with one letter changed, inserted, left out or exchanged with the next."""
    i, letter = rng.randrange(len(name) - 1), rng.choice(string.ascii_lowercase)
    return rng.choice(
        [
            name[:i] + letter + name[i + 1 :],
            name[:i] + letter + name[i:],
            name[:i] + name[i + 1 :],
            name[:i] + name[i + 1] + name[i] + name[i + 2 :],
        ]
    )


def test_misspelt_names_are_pointed_out_in_a_large_registry(names, modules):
    """Of names with one mistake, the candidates have the right one in 98 of 100 cases."""
    rng = random.Random(1)
    asked = [(misspelt(name, rng), name) for name in rng.sample(names, 200)]
    found = [name in {row[1] for row in modules.candidates.namesakes(ln.ULabel, query)} for query, name in asked]
    assert sum(found) >= 196


def test_searches_find_misspelt_names_and_words_in_a_large_registry(names):
    """The name that was meant is the first hit in 98 of 100 cases; words in the middle of names are found."""
    rng = random.Random(2)
    asked = [(misspelt(name, rng), name) for name in rng.sample(names, 100)]
    found = [ln.ULabel.search(query).index[0] == name for query, name in asked]
    assert sum(found) >= 98
    middle = names[5].split()[1]
    assert middle in ln.ULabel.search(middle).index[0]
    assert ln.ULabel.search(names[9]).iloc[0]["__ratio__"] == 100


@pytest.mark.postgres
def test_words_that_most_texts_have_take_no_time_and_similar_ones_not_for_ever(
    names, monkeypatch, modules, count_queries
):
    """A misspelt word is found by the others, or by its parts, without asking for similar ones; what takes too long is given up, and nothing else."""
    from django.db import connection

    second = names[40].split()[1]
    with count_queries() as queries:
        assert ln.ULabel.search(names[40].replace(second, f"{second[:-2]}xq")).index[0] == names[40]
        assert ln.ULabel.search(f"{names[40].split()[-1][:-1]}0").index[0] == names[40]
    assert not any("word_similarity" in query["sql"] for query in queries)
    monkeypatch.setattr(modules.candidates, "_PATIENCE", "1ms")
    monkeypatch.setattr(
        modules.candidates,
        "_by_text",
        lambda statement, *_, missing, limit, **__: missing and statement.add("pg_sleep(1) IS NOT NULL", limit=limit),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20s'")
        assert modules.candidates.matches(ln.ULabel, "zzzzqqq", {"name"}) is not None
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] == "20s"


def test_what_most_texts_share_is_not_looked_up_in_a_huge_registry(names, monkeypatch, modules, count_queries):
    """Names are found by the rest of them, exact and misspelt, and names of nothing else by all of it."""
    from django.db import connection

    from lnschema_core.search_index import common

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    monkeypatch.setattr(common, "_MANY", 100)
    modules.known.forget()
    rng = random.Random(3)
    with count_queries() as queries:
        assert all(
            ln.ULabel.search(name).index[0] == name for name in rng.sample(names[:2500], 20)
        )  # the last may be in no index
    looked_up = [query["sql"].partition(" || '') ILIKE")[0] for query in queries if "ILIKE" in query["sql"]]
    looked_up += [query["sql"].partition("MATCH")[2].partition("LIMIT")[0] for query in queries]
    assert not [sql for word in WORDS for sql in looked_up if word[:3] in sql]
    asked = [(misspelt(name, rng), name) for name in rng.sample(names, 100)]
    assert sum(ln.ULabel.search(query).index[0] == name for query, name in asked) >= 96
    assert " ".join(names[0].split()[:3]) in ln.ULabel.search(" ".join(names[0].split()[:3])).index[0]


def test_constructor_costs_one_statement_in_a_large_registry(names, count_queries, capsys):
    """It tells whether the name is known, and finds candidates; similar names are pointed out as in small registries."""
    ln.ULabel(name="warm up")
    with count_queries() as queries:
        ln.ULabel(name=names[0].title())
    assert len(queries) == 1
    capsys.readouterr()
    ln.ULabel(name=names[0].upper())
    message = capsys.readouterr().out
    assert "similar name" in message
    assert names[0] in message


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("smple 337 of liver", "sample 337 of liver"),
        ("ample 337 of liver", "sample 337 of liver"),
        ("samplen337 of liver", "sample 337 of liver"),
        ("sam2ple 337 of liver", "sample 337 of liver"),
        ("sample 3f37 of liver", "sample 337 of liver"),
        ("dnoor 337 liver day 4", "donor 337 liver day 4"),
        ("sampl 337 of lier", "sample 337 of liver"),
        ("ptient CDE of liver", "patient CDE of liver"),
        ("pateint-CDE-of-liver", "patient-CDE-of-liver"),
    ],
)
def test_misspelt_name_of_a_series_points_out_the_one_that_was_meant(count_queries, capsys, misspelt, meant):
    """However many names of the series begin or end like it, and though another has the same mistake; this costs one more statement."""
    made = [f"sample {i} of liver" for i in range(1_100)] + [f"donor {i} liver day 4" for i in range(1_100)]
    people = ["".join(letters) for letters in itertools.product("ABCDEFGH", repeat=3)]
    made += [form.format(person) for form in ("patient {} of liver", "patient-{}-of-liver") for person in people]
    made += ["smple 4 of liver", "ptient FFF of liver"]
    ln.save([ln.ULabel.from_fields(name=name) for name in made])
    ln.ULabel(name="warm up")
    capsys.readouterr()
    with count_queries() as queries:
        assert ln.ULabel(name=misspelt)._state.adding
    assert len(queries) <= 2
    assert f"\n{meant} " in capsys.readouterr().out


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize("misspelt", ["xC42Q_MOUSE", "4C2Q_MOUSE"])
def test_short_name_with_a_slip_at_its_beginning_points_out_the_one_that_was_meant(capsys, misspelt):
    """A character too many, or two exchanged, also where more names end alike than are read."""
    ln.save([ln.ULabel.from_fields(name=f"{letter}{i}Q_MOUSE") for letter in "ABCDEFGHIJK" for i in range(100)])
    ln.ULabel(name="warm up")
    capsys.readouterr()
    assert ln.ULabel(name=misspelt)._state.adding
    assert "\nC42Q_MOUSE " in capsys.readouterr().out


@pytest.mark.usefixtures("modules")
def test_names_in_the_form_of_a_series_cost_one_statement(count_queries):
    """They are spelt as the others are, so there is nothing else to look for; nor is there for names without numbers."""
    ln.save([ln.ULabel.from_fields(name=f"sample {i} of liver") for i in range(1_100)])
    ln.ULabel(name="warm up")
    for name in ("sample 1100 of liver", "sample of liver"):
        with count_queries() as queries:
            ln.ULabel(name=name)
        assert len(queries) <= 1


def test_known_name_is_loaded_from_a_large_registry_and_small_ones_are_read_as_a_whole(names, capsys):
    """Also when the registry was large a moment ago: nothing that was known of its size outlives it."""
    ln.ULabel(name="warm up")
    known = ln.ULabel.filter(name=names[0]).one()
    assert ln.ULabel(name=names[0]).id == known.id
    assert ln.ULabel(name=names[0].upper())._state.adding
    ln.ULabel.filter().exclude(name__in=names[:20]).delete()
    capsys.readouterr()
    ln.ULabel(name=names[3].split()[1])  # in the middle of a name: only reading all of them tells
    assert names[3] in capsys.readouterr().out


def test_constructor_costs_one_statement_in_an_empty_registry(count_queries):
    """Whether the name is known and whether there are other names is asked at once."""
    with count_queries() as queries:
        ln.ULabel(name="first")
    assert len(queries) == 1


def test_search_of_a_large_registry_is_a_constant_number_of_statements(names, count_queries):
    """Exact, misspelt and unknown strings take a few statements each, none of which reads the registry."""
    ln.ULabel.search("warm up")
    for query in (names[3], names[3].replace("n", "m"), "zzzzqqq"):
        with count_queries() as queries:
            ln.ULabel.search(query)
        assert len(queries) <= 12


@settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    queries=st.lists(st.text(alphabet="abcé -|%_\\'\"A1", min_size=1, max_size=12), min_size=1, max_size=5),
)
def test_any_string_can_be_searched_and_small_registries_are_ranked_as_a_whole(queries, modules):
    """Candidates are asked for with any characters; what a small registry answers has nothing to do with them."""
    from lamindb.text.ranking import rank

    stored = [(record.pk, record.name, None) for record in ln.ULabel.filter()]
    for query in queries:
        assert modules.candidates.namesakes(ln.ULabel, query) is not None
        assert modules.candidates.matches(ln.ULabel, query, {"name"}) is not None
        hits = rank(query, stored)
        frame = ln.ULabel.search(query)
        assert list(frame["id"]) == [hit.key for hit in hits] if len(frame) else not hits


def test_index_follows_updates_deletions_and_rollbacks(names, modules):
    """A new name is found, an old or deleted one is no candidate any more, and what is rolled back never was."""
    from django.db import transaction

    record = ln.ULabel.filter(name=names[0]).one()
    record.name = "Quetzalcoatlus xyz"
    record.save()

    def keys(query):
        return {key for key, *_ in modules.candidates.matches(ln.ULabel, query, {"name"})}

    assert record.pk in keys("etzalcoat")
    assert ln.ULabel.search("etzalcoat").index[0] == "Quetzalcoatlus xyz"
    with transaction.atomic():
        ln.ULabel.filter(id=record.id).update(name="Pterodactylus abc")
        assert ln.ULabel.search("terodactyl").index[0] == "Pterodactylus abc"
        transaction.set_rollback(True)
    assert ln.ULabel.search("etzalcoat").index[0] == "Quetzalcoatlus xyz"
    ln.ULabel.filter(id=record.id).delete()
    assert record.pk not in keys("etzalcoat")


def test_synonyms_are_found_in_a_large_registry(modules):
    """A constructor call with a synonym of a record points it out, and a search finds it."""
    ln.save([ln.Feature.from_fields(name=f"feature number {i}", type="float") for i in range(1_200)])
    ln.Feature.from_fields(name="cell_type", type="category", synonyms="annotation of cells|celltyp").save()
    assert ln.Feature.search("annotation of cells").index[0] == "cell_type"
    assert "cell_type" in {row[1] for row in modules.candidates.namesakes(ln.Feature, "annotation of cells")}


def test_without_indexes_everything_is_found_by_reading_the_registry(names, modules, capsys):
    """A database that has none gives the same answers, and says once how it gets quicker."""
    from django.db import connection

    modules.objects.drop()
    modules.known.forget()
    query = names[7].replace(names[7].split()[1], names[7].split()[1][:-1])
    assert ln.ULabel.search(query).index[0] == names[7]
    ln.ULabel.search(query)
    assert capsys.readouterr().out.count("lamin migrate deploy") == 1
    connection.check_constraints()  # Postgres changes no table that has checks left to do
    modules.objects.ensure()
    modules.known.forget()
    assert names[7] in ln.ULabel.search(query).index[:3]
    assert "lamin migrate deploy" not in capsys.readouterr().out


def test_filtered_records_are_ranked_as_a_whole(names):
    """A search within a query finds what the query has, however many better hits there are elsewhere."""
    few = ln.ULabel.filter(name__in=names[:3])
    assert set(few.search(names[2500]).index) <= set(names[:3])


@pytest.mark.sqlite
def test_asking_first_whether_few_texts_are_similar_finds_what_asking_step_by_step_does(names, modules, monkeypatch):
    """Exact names, beginnings of names, misspelt ones, such as many have, and such as many had before these were renamed."""
    candidates = modules.candidates
    renamed = [ln.ULabel.from_fields(name=f"Quetzalcoatlus {number}") for number in range(600)]
    ln.save(renamed)
    for record in renamed[:580]:
        record.name = record.name.replace("coatlus", "")
    ln.ULabel.objects.bulk_update(renamed[:580], ["name"])
    asked = ["Quetzalcoatlus 590", "Quetzlcoatlus", "tzalcoatl 59", *names[:5], *(name[:12] for name in names[5:15])]
    asked += [f"{name[:3]}{name[4:]}" for name in names[15:25]] + [name[::-1] for name in names[25:30]]
    found = [set(candidates.matches(ln.ULabel, query, {"name"})) for query in asked]
    monkeypatch.setattr(candidates, "_if_few", lambda *_, **__: None)
    assert found == [set(candidates.matches(ln.ULabel, query, {"name"})) for query in asked]


@pytest.mark.parametrize("registry", ["ULabel", "Feature"])
def test_what_a_search_found_is_not_read_again(names, modules, count_queries, registry):
    """Names and synonyms come with the candidates, and are what is shown of the hits."""
    ln.save([ln.Feature.from_fields(name=name, type="float", synonyms=f"{name[::-1]}|x") for name in names[:1_500]])
    name = names[7]
    getattr(ln, registry).search(name)
    with count_queries() as queries:
        assert getattr(ln, registry).search(name).index[0] == name
    assert len(queries) <= 4


def words_found(modules, labels):
    """Of labels, how many are candidates for the word in their middle."""
    asked = [(label.id, label.name.split()[1]) for label in labels]
    return sum(key in {row[0] for row in modules.candidates.matches(ln.ULabel, word, {"name"})} for key, word in asked)


def labels_of_rare_words(number, rng):
    """New labels, each with a word in its middle that no other has."""
    words = {"".join(rng.sample(string.ascii_lowercase, 8)) for _ in range(number)}
    return [ln.ULabel.from_fields(name=f"sample {word} of liver") for word in sorted(words)]


@pytest.mark.sqlite
def test_index_has_what_was_written_in_any_order(modules):
    """Rows that got the numbers of deleted ones, that were renamed, alone and many, and the last ones; few of them are read."""
    from django.db import connection

    rng = random.Random(5)
    labels = labels_of_rare_words(1_400, rng)
    ln.save(labels)
    for _ in range(3):
        for label in labels[-700:]:
            label.delete()
        labels = labels[:-700] + labels_of_rare_words(900, rng)
        ln.save(labels)
        renamed = rng.sample(labels, 600)
        for label, other in zip(renamed, labels_of_rare_words(600, rng), strict=True):
            label.name = other.name
        ln.ULabel.objects.bulk_update(renamed[:590], ["name"])
        ln.save(renamed[590:])
    asked = rng.sample(labels, 200)
    assert words_found(modules, asked) == 200
    with connection.cursor() as cursor:
        cursor.execute('SELECT count(*) FROM "lamin_search_rest_lnschema_core_ulabel"')
        assert cursor.fetchone()[0] < 512


@pytest.mark.sqlite
def test_rows_that_were_numbered_anew_are_read_as_a_whole_until_the_next_deploy(modules, capsys):
    """As what ``.dump`` of SQLite's shell prints numbers them, where others were deleted before; nothing is missed, and it is said once."""
    from django.db import connection

    labels = labels_of_rare_words(3_000, random.Random(6))
    ln.save(labels)
    ln.ULabel.filter(id__in=[label.id for label in labels[:50]]).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'lnschema_core_ulabel'"
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("CREATE TEMP TABLE kept AS SELECT * FROM lnschema_core_ulabel ORDER BY rowid")
        cursor.execute("DELETE FROM lnschema_core_ulabel")
        cursor.execute("INSERT INTO lnschema_core_ulabel SELECT * FROM kept ORDER BY rowid")
        cursor.execute("DROP TABLE kept")
        for _, sql in triggers:
            cursor.execute(sql)
    modules.known.forget()
    for label in labels[2_000:2_003]:
        assert ln.ULabel.search(label.name.split()[1]).index[0] == label.name
    assert capsys.readouterr().out.count("outdated ones") == 1
    modules.objects.ensure()
    modules.known.forget()
    assert words_found(modules, labels[50::100]) == 30
    assert "outdated" not in capsys.readouterr().out


@pytest.mark.sqlite
def test_rows_that_were_there_before_the_index_are_in_it(names, modules):
    """Building takes all rows; a rebuilt index has the same candidates."""
    before = set(modules.candidates.matches(ln.ULabel, names[11][5:], {"name"}))
    modules.objects.rebuild()
    modules.known.forget()
    assert before & set(modules.candidates.matches(ln.ULabel, names[11][5:], {"name"}))
    assert modules.objects.usable()["lnschema_core_ulabel"] == {"keys", "trigrams"}


@pytest.mark.sqlite
def test_migrations_that_remake_a_table_leave_no_half_an_index(names, modules, capsys):
    """A table that lost its triggers is read as a whole until the next deploy, and that is said once."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute('DROP TRIGGER "lamin_search_insert_lnschema_core_ulabel"')
    modules.known.forget()
    for _ in range(2):
        assert modules.candidates.matches(ln.ULabel, "x", {"name"}) is None
    assert capsys.readouterr().out.count("lnschema_core_ulabel has no search indexes, or outdated ones") == 1
    modules.objects.ensure()
    modules.known.forget()
    assert modules.candidates.matches(ln.ULabel, "x", {"name"}) is not None


def test_a_database_of_a_release_with_other_keys_is_read_as_a_whole_until_the_next_deploy(names, modules, capsys):
    """All its tables have trigrams, and none the keys of this release, which is said once."""
    from django.db import connection

    connection.check_constraints()
    with connection.cursor() as cursor:
        for layout in modules.objects.layouts():
            for index in modules.definitions.key_indexes(layout, connection.vendor):
                other = index.sql.replace("* 3 / 5", "/ 2")
                other = other.replace(index.name, layout.object_name("keyf00d"))
                cursor.execute(f'DROP INDEX "{index.name}"')
                cursor.execute(other)
    modules.known.forget()
    for _ in range(2):
        capsys.readouterr()
        assert ln.ULabel(name=names[0].upper())._state.adding
        shown = capsys.readouterr().out
        assert names[0] in shown
    assert "the database has no search indexes, or outdated ones" not in shown
    modules.known.forget()
    ln.ULabel(name=names[0].upper())
    assert capsys.readouterr().out.count("the database has no search indexes, or outdated ones") == 1
    modules.objects.ensure()
    modules.known.forget()
    ln.ULabel(name=names[0].upper())
    assert "outdated" not in capsys.readouterr().out


@pytest.mark.sqlite
def test_without_fts5_names_are_checked_by_keys_and_rows_can_be_written(names, modules, monkeypatch, capsys):
    """An SQLite without FTS5 keeps no trigrams, says so, and writes rows into databases that others made."""
    monkeypatch.setattr(modules.objects, "_FIRST_WITH_TRIGRAM", (99,))
    log.set_verbosity(4)
    modules.objects.stop_unusable()
    assert "FTS5" in capsys.readouterr().out
    ln.save([ln.ULabel.from_fields(name=f"row {i}") for i in range(600)])
    modules.objects.ensure()
    modules.known.forget()
    assert modules.objects.usable()["lnschema_core_ulabel"] == {"keys"}
    assert modules.candidates.namesakes(ln.ULabel, "row 5") is not None
    assert ln.ULabel.search(names[0]).index[0] == names[0]


def test_deploy_makes_missing_indexes_and_plugin_registries_have_them(sandbox: Sandbox):
    """Whatever has a name is indexed, without anybody naming it; ``lamin migrate deploy`` mends what is missing."""
    from tests.setup.plugins import add_plugin

    add_plugin(sandbox, "x")
    start = "from lamindb import setup, log\n"
    sandbox.python(start + "setup.init(storage='s', name='x', schema='x')")
    ask = "import lamindb as ln\nfrom lnschema_core.search_index import objects\nln.ULabel.filter().first()\nprint(sorted(objects.usable().get('lnschema_x_sample')))"
    assert sandbox.python(ask).stdout.splitlines()[-1] == "['keys', 'trigrams']"
    assert sandbox.python(ask.replace("print", "objects.drop();print")).stdout.splitlines()[-1] == "[]"
    sandbox.lamin("migrate", "deploy")
    assert sandbox.python(ask).stdout.splitlines()[-1] == "['keys', 'trigrams']"


def test_indexes_of_a_package_that_others_mount_stay(sandbox: Sandbox):
    """Who doesn't mount it deploys and rebuilds indexes; the package is searched as before."""
    from tests.setup.plugins import add_plugin

    add_plugin(sandbox, "x")
    start = "from lamindb import setup, log\n"
    sandbox.python(start + "setup.init(storage='s', name='x', schema='x')")
    settings = sandbox.home / ".lamin" / "current_instance.env"
    settings.write_text(settings.read_text().replace("schema_str=x", "schema_str="))
    sandbox.lamin("migrate", "deploy")
    sandbox.lamin("reindex")
    settings.write_text(settings.read_text().replace("schema_str=", "schema_str=x"))
    look = "import lamindb as ln\nfrom lnschema_core.search_index import objects\nln.ULabel.filter().first()\n"
    assert sandbox.python(f"{look}print(sorted(objects.usable()['lnschema_x_sample']))").stdout.endswith(
        "['keys', 'trigrams']\n"
    )


def test_command_builds_indexes_anew(sandbox: Sandbox):
    """``lamin reindex`` makes what is missing and tells how many registries have indexes."""
    sandbox.lamin("init", "--storage", "s")
    look = "import lamindb as ln; from lnschema_core.search_index import objects; ln.ULabel.filter().first(); "
    sandbox.python(look + "objects.drop()")
    done = sandbox.lamin("reindex")
    assert "built the search indexes of" in done.stderr
    assert " 0 of" not in done.stderr
    shown = sandbox.python(look + "print(sorted(objects.usable()['lnschema_core_ulabel']))").stdout
    assert shown.endswith("['keys', 'trigrams']\n")


def test_common_trigrams_are_cut_out_of_what_is_looked_up(modules):
    """What is left are words or stretches of three characters; of a string that has only common ones, all of it."""
    from lnschema_core.search_index import trigrams

    common = frozenset(trigrams.trigrams_of("sample ") + trigrams.trigrams_of(" 1"))
    assert trigrams.rare_stretches("Sample 1234", common) == ["1234"]
    assert trigrams.rare_stretches("sample 12", common) == ["e 12"]
    assert trigrams.rare_stretches("sample ", common) == ["sample "]
    assert trigrams.rare_stretches("sa", common) == ["sa"]
    assert trigrams.rare_parts(["sam", "ple", "123", "456"], common) == ["123", "456"]
    assert trigrams.rare_parts(["sam", "ple", "123"], common) == ["sam", "ple", "123"]
    assert trigrams.pieces("sample 123456", common=common) == [["123"], ["456"]]
    assert trigrams.expression("sample 1234", missing=0, common=common) == '"123" AND "234"'
    assert trigrams.expression("sample", missing=0, common=common) is None

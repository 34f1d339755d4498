"""list, get, search: what is found and how it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamindb.setup.instances import InstanceSettings
    from tests.cli.conftest import Server
    from tests.sandbox import Sandbox

pytestmark = pytest.mark.usefixtures("labels")


@pytest.fixture
def labels(instance: InstanceSettings) -> None:
    """Three labels in the shared instance."""
    from lnschema_core.models import Feature, ULabel

    for name in ("T cell", "B cell", "neuron"):
        ULabel(name=name, description=f"a {name}").save()
    Feature(name="age", type="number").save()


def names(result) -> list[str]:
    """The names of the records that a command printed as JSON."""
    return [record["name"] for record in result.json["records"]]


def test_list_shows_newest_first(lamin: Callable) -> None:
    """Records are listed newest first; the registry is found in any case, with or without its schema."""
    assert names(lamin("list", "ULabel", "--json")) == ["neuron", "B cell", "T cell"]
    for spelling in ("ulabel", "core.ULabel", "CORE.ULABEL"):
        assert names(lamin("list", spelling, "--json")) == ["neuron", "B cell", "T cell"]


def test_list_stops_at_the_limit(lamin: Callable) -> None:
    """``--limit`` bounds the records, and the result says that there are more."""
    result = lamin("list", "ULabel", "--limit", "2", "--json")
    assert names(result) == ["neuron", "B cell"]
    assert result.json["has_more"] is True
    assert lamin("list", "ULabel", "--limit", "3", "--json").json["has_more"] is False


def test_list_goes_on_behind_a_record(lamin: Callable) -> None:
    """``--after`` the last record of a page shows the next one; a record that isn't there is named."""
    first = lamin("list", "ULabel", "--limit", "1", "-q").out.split()
    assert names(lamin("list", "ULabel", "--limit", "2", "--after", *first, "--json")) == ["B cell", "T cell"]
    refused = lamin("list", "ULabel", "--after", "none")
    assert refused.status == 20
    assert "'none'" in refused.err


def test_list_as_table(lamin: Callable) -> None:
    """For people records are rows below the names of those columns that have values."""
    result = lamin("list", "ULabel")
    header, first, *_ = result.out.splitlines()
    assert header.split() == ["id", "name", "description", "updated_at"]
    assert "neuron" in first
    assert first.index("neuron") == header.index("name")


def test_list_quietly_prints_ids(lamin: Callable) -> None:
    """With ``-q`` there is one id a line and nothing else."""
    expected = [record["id"] for record in lamin("list", "ULabel", "--json").json["records"]]
    result = lamin("-q", "list", "ULabel")
    assert result.out.split() == expected
    assert result.err == ""


def test_list_says_what_it_does_not_show(labelled: Sandbox) -> None:
    """That there is nothing, or how the next page is asked for, is said on standard error, and not with ``-q``."""
    assert "no Dataset found" in labelled.lamin("list", "Dataset").stderr
    assert "no run found" in labelled.lamin("run", "list").stderr
    assert "no copy found" in labelled.lamin("cache", "list").stderr
    assert "nothing of that is in the trash" in labelled.lamin("trash", "list").stderr
    done = labelled.lamin("list", "ULabel", "--limit", "2")
    last = done.stdout.splitlines()[-1].split()[0]
    assert f"--after {last} for the next page" in done.stderr
    assert labelled.lamin("list", "ULabel", "--limit", "2", "-q").stderr == ""
    assert "there are more" not in labelled.lamin("list", "ULabel").stderr


def test_list_of_nothing_is_empty(lamin: Callable) -> None:
    """No records, no output."""
    assert lamin("list", "ULabel", "--filter", "name=nosuch").out == ""


def test_terminal_is_not_obeyed(lamin: Callable) -> None:
    """Control characters in values are shown as escapes."""
    from lnschema_core.models import ULabel

    ULabel(name="red\x1b[31m\nline").save()
    out = lamin("list", "ULabel", "--filter", "name__startswith=red").out
    assert "\x1b" not in out
    assert r"red\x1b[31m\nline" in out


def test_get_by_id(lamin: Callable) -> None:
    """A record is shown with all its values."""
    record_id = lamin("list", "ULabel", "--filter", "name=neuron", "-q").out.strip()
    out = lamin("get", "ULabel", record_id).out
    assert out.splitlines()[0] == "ULabel"
    assert f"- id: {record_id}\n- name: neuron\n- description: a neuron\n" in out
    result = lamin("get", "ULabel", record_id, "--json")
    assert names(result) == ["neuron"]
    assert result.json["missing"] == []


def test_get_by_key(lamin: Callable, tmp_path) -> None:
    """Files are found by their key as well, and by the address that everything else reads them at."""
    from lamindb.setup import settings
    from lnschema_core.models import File

    path = tmp_path / "notes.txt"
    path.write_text("notes")
    file = File(path, key="notes/today.txt")
    file.save()
    addresses = [
        "lamin://notes/today.txt",
        f"lamin://{settings.instance.identifier}/notes/today.txt",
        f"lamin://{file.id}",
    ]
    for name in ("notes/today.txt", *addresses):
        assert lamin("get", "File", name, "--json").json["records"][0]["id"] == file.id
    assert lamin("get", "File", "lamin://nowhere").status == 20


def test_search_ranks(lamin: Callable) -> None:
    """The best match comes first."""
    assert names(lamin("search", "ULabel", "B cels", "--json"))[0] == "B cell"
    assert names(lamin("search", "ULabel", "cell", "--limit", "1", "--json")) in (["B cell"], ["T cell"])
    assert "neuron" in lamin("search", "ULabel", "neuron").out.splitlines()[1]


@pytest.mark.parametrize("command", [["list"], ["search"], ["get"]])
def test_unknown_registry_lists_the_known_ones(lamin: Callable, command: list[str]) -> None:
    """A registry that doesn't exist, or must not be read like one, is refused with a list."""
    for name in ("NoSuch", "FileULabel", "django_migrations", "lnschema_core.ULabel"):
        result = lamin(*command, name, *(["x"] if command != ["list"] else []))
        assert result.status == 2
        assert f"no registry '{name}'; there are core.Dataset" in result.err


# -- filters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registry", "condition", "expected"),
    [
        ("ULabel", "name=neuron", ["neuron"]),
        ("ULabel", "name__iexact=NEURON", ["neuron"]),
        ("ULabel", "name__contains=cell", ["B cell", "T cell"]),
        ("ULabel", "name__icontains=CELL", ["B cell", "T cell"]),
        ("ULabel", "name__startswith=T", ["T cell"]),
        ("ULabel", "name__endswith=ron", ["neuron"]),
        ("ULabel", "name__in=neuron,T cell", ["neuron", "T cell"]),
        ("ULabel", "name__in=", []),
        ("ULabel", "reference__isnull=true", ["neuron", "B cell", "T cell"]),
        ("ULabel", "description__isnull=yes", []),
        ("ULabel", "created_at__gt=2000-01-01", ["neuron", "B cell", "T cell"]),
        ("ULabel", "created_at__lt=2000-01-01T00:00:00Z", []),
        ("ULabel", "created_by=nosuch", []),
        ("ULabel", "created_by_id__in=nosuch,other", []),
        ("ULabel", "name=a=b", []),
        ("ULabel", "name=%", []),
        ("ULabel", "name__contains=%", []),
        ("Feature", "type=number", ["age"]),
    ],
)
def test_filter(lamin: Callable, registry: str, condition: str, expected: list[str]) -> None:
    """Columns are compared as the look-up says; wild cards have no meaning."""
    assert names(lamin("list", registry, "--filter", condition, "--json")) == expected


def test_filters_add_up(lamin: Callable) -> None:
    """Several filters have to be met all."""
    result = lamin("list", "ULabel", "--filter", "name__contains=cell", "--filter", "name__startswith=B", "--json")
    assert names(result) == ["B cell"]


@pytest.mark.parametrize(
    ("registry", "condition"),
    [
        ("ULabel", "name"),
        ("ULabel", "=x"),
        ("ULabel", "_connector=OR 1=1 OR"),
        ("ULabel", "_negated=True"),
        ("ULabel", "pk=x"),
        ("ULabel", "created_by__email__startswith=a"),
        ("ULabel", "created_by__handle=root"),
        ("ULabel", "files__key=x"),
        ("ULabel", "parents=x"),
        ("ULabel", "name__regex=(a+)+$"),
        ("ULabel", "name__iregex=x"),
        ("ULabel", "name__exact__in=x"),
        ("ULabel", "name__gt=x"),
        ("ULabel", "name__search=x"),
        ("ULabel", "created_at__year=2020"),
        ("ULabel", "created_at=nonsense"),
        ("ULabel", "created_at=2020-13-45"),
        ("ULabel", "reference__isnull=perhaps"),
        ("FeatureSet", "n=NaN"),
        ("FeatureSet", "n=9223372036854775808"),
        ("FeatureSet", "n__in=1,x"),
        ("File", f"size={2**63}"),
        ("File", f"size__in={2**63},1"),
        ("File", "size=inf"),
        ("File", "size__contains=1"),
        ("ULabel", "name__in=" + "x," * 501),
        ("ULabel", "name=" + "x" * 1_000_000),
        ("ULabel", 'name" = 1 OR 1=1 --=x'),
    ],
)
def test_filter_is_refused(lamin: Callable, registry: str, condition: str) -> None:
    """Whatever is not a column of the registry with an allowed look-up and a fitting value is a usage error."""
    result = lamin("list", registry, "--filter", condition)
    assert result.status == 2
    assert "Usage: lamin list" in result.err
    assert len(result.err) < 6000
    assert result.out == ""


def test_filter_is_no_sql(server: Server) -> None:
    """Values are parameters of the statement, never a part of it."""
    before = server.lamin("list", "ULabel", "-q").out
    for text in ("' OR '1'='1", "x'; DROP TABLE lnschema_core_ulabel; --", "\\", '"', "%_"):
        assert server.lamin("list", "ULabel", "--filter", f"name={text}").out == ""
        assert server.lamin("get", "ULabel", text).status == 20
        assert server.lamin("search", "ULabel", text).status == 0
    assert server.lamin("list", "ULabel", "-q").out == before

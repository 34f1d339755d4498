"""Histories in the forms of public standards, read by the standards' own packages."""

from __future__ import annotations

import io
import json
import os
import socket
import time
from collections import defaultdict
from importlib.resources import files

import pandas as pd
import pytest

import lamindb as ln

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture(autouse=True)
def _context(monkeypatch):
    """Leave no transform behind."""
    monkeypatch.delenv("LAMIN_RUN", raising=False)
    ln.settings.verbosity = 0
    yield
    ln.run_context.transform = ln.run_context.instance = None


def table(values, description, key=None):
    """A saved table."""
    file = ln.File(
        pd.DataFrame({"value": values, "well": [f"A{one}" for one in values]}), description=description, key=key
    )
    file.save()
    return file


@pytest.fixture
def result():
    """What two steps made of a table, one of them with a parameter."""
    source = table([1, 2], "source", key="source.parquet")
    for name, by in (("first", 2), ("second", 5)):
        ln.track(ln.Transform(name=name, type="pipeline"), params={"by": by, "token": "abcdefghij"})
        values = source.load()["value"] * by
        table([9], f"beside {name}")
        source = table(list(values), f"{name} result")
        ln.finish()
    return source


def test_what_was_made_again_is_told_in_each_form(result, tmp_path):
    """A run whose output there was already has made it in RO-Crates, and an alternate of it in PROV."""
    from lamindb.provenance.exports.openlineage import event_of
    from lamindb.provenance.exports.ro_crate import write_crate
    from lamindb.provenance.exports.w3c_prov import to_prov

    for name in ("prov", "rocrate", "openlineage.client"):
        pytest.importorskip(name)
    ln.track(ln.Transform(name="again", type="pipeline"))
    run = ln.run_context.run
    table([10, 20], "whatever")
    ln.finish()
    assert result.run_id != run.id
    assert [one.name for one in event_of(run, "completed").outputs] == [result.id]
    write_crate(result, tmp_path)
    actions = {one["name"]: one for one in told(tmp_path)["CreateAction"]}
    assert actions["Run of again"]["result"] == {"@id": f"data/{result.id}.parquet"}
    found = json.loads(to_prov(result).serialize(format="json"))
    assert len(found["wasGeneratedBy"]) == 3
    (alternate,) = found["alternateOf"].values()
    assert alternate["prov:alternate2"] == f"lamin:{result.id}"


def test_prov_is_read_back_as_it_was(result):
    """By the reference implementation; it has the runs, what they used and made, and no secret."""
    from lamindb.provenance.exports.w3c_prov import to_prov

    prov = pytest.importorskip("prov.model")
    document = to_prov(result)
    text = document.serialize(format="json")
    assert prov.ProvDocument.deserialize(content=text, format="json") == document
    found = json.loads(text)
    assert len(found["activity"]) == 2
    assert len(found["used"]) == len(found["wasGeneratedBy"]) == 2
    assert len([one for one in found["entity"].values() if one["prov:type"] == "lamin:File"]) == 3
    assert "abcdefghij" not in text
    assert found["activity"][f"lamin:{result.run_id}"]["lamin:parameter_by"] == "5"


def test_history_costs_few_queries(result, count_queries):
    """However long it is."""
    from lamindb.provenance.exports.history import history_of

    with count_queries() as queries:
        history = history_of(result)
    assert len(queries) <= 4
    assert [run.transform.name for run in history.runs] == ["first", "second"]


def test_crate_is_read_back_with_its_actions(result, tmp_path):
    """By the reference implementation: data, code, parameters, and an action per run."""
    from lamindb.provenance.exports.ro_crate import write_crate

    rocrate = pytest.importorskip("rocrate.rocrate")
    write_crate(result, tmp_path / "crate")
    crate = rocrate.ROCrate(tmp_path / "crate")
    actions = {one["name"]: one for one in crate.get_by_type("CreateAction")}
    assert actions.keys() == {"Run of first", "Run of second"}
    second = actions["Run of second"]
    assert second["result"]["identifier"] == result.id
    assert second["actionStatus"] == "http://schema.org/CompletedActionStatus"
    assert {one["name"] for one in second["object"]} == {"first result", "by", "token"}
    assert (tmp_path / "crate" / "data" / f"{result.id}.parquet").read_bytes() == result.path.read_bytes()
    assert "abcdefghij" not in (tmp_path / "crate" / "ro-crate-metadata.json").read_text()


@pytest.fixture
def validate(monkeypatch):
    """Validate a crate against a profile, offline: the context is made of the terms that ``rocrate`` knows."""
    services, models = (
        pytest.importorskip("rocrate_validator.services"),
        pytest.importorskip("rocrate_validator.models"),
    )
    requests, http = pytest.importorskip("requests"), pytest.importorskip("rocrate_validator.utils.http")
    schema = json.loads((files("rocrate") / "data" / "schema.jsonld").read_text(encoding="utf-8"))
    names = [one["@id"].removeprefix("schema:") for one in schema["@graph"] if one["@id"].startswith("schema:")]
    terms = {name: f"http://schema.org/{name}" for name in names}
    terms |= {"File": "http://schema.org/MediaObject", "conformsTo": "http://purl.org/dc/terms/conformsTo"}
    bioschemas = "https://bioschemas.org/"
    terms |= {name: f"{bioschemas}{name}" for name in ("ComputationalWorkflow", "FormalParameter")}
    terms |= {name: f"{bioschemas}ComputationalWorkflow#{name}" for name in ("input", "output")}
    context = requests.Response()
    context.status_code, context._content = 200, json.dumps({"@context": terms}).encode()
    context.headers["Content-Type"] = "application/ld+json"
    monkeypatch.setattr(http.HttpRequester, "__getattr__", lambda self, name: lambda url, *args, **options: context)

    def issues(folder, profile="process-run-crate", recommended_by=()):
        settings = services.ValidationSettings(rocrate_uri=str(folder), profile_identifier=profile, offline=True)
        required = models.Severity.REQUIRED
        settings.requirement_severity = models.Severity.RECOMMENDED if recommended_by else required
        return [
            f"{one.check.identifier}: {one.message}"
            for one in services.validate(settings).get_issues()
            if one.severity == required or one.check.identifier.startswith(recommended_by)
        ]

    return issues


def reported(folder):
    """What the community's reader of workflow runs finds in a crate."""
    report = io.StringIO()
    pytest.importorskip("runcrate.report").dump_crate_actions(folder, report)
    return report.getvalue()


def test_crate_is_valid(result, tmp_path, validate):
    """For the validator of the community, and for the reader of workflow runs."""
    from lamindb.provenance.exports.ro_crate import write_crate

    write_crate(result, tmp_path / "crate", with_inputs=True, license="https://spdx.org/licenses/CC0-1.0.html")
    assert validate(tmp_path / "crate") == []
    report = reported(tmp_path / "crate")
    assert report.count("action: ") == 2
    assert f"data/{result.id}.parquet" in report
    path = tmp_path / "crate" / "ro-crate-metadata.json"
    path.write_text(path.read_text().replace('"instrument"', '"tool"'))
    assert any("instrument" in issue for issue in validate(tmp_path / "crate"))


@pytest.fixture
def of_steps():
    """What two steps made, one within the other's run and with a step of its own, and the run around them, whose source is known."""
    from lamindb.provenance.keeping import keep
    from lamindb.provenance.sources import Source

    source = table([1, 2], "source", key="source.parquet")
    ln.track(ln.Transform(name="analysis.py", type="pipeline"), params={"by": 2})
    around = ln.run_context.run
    code = keep(Source("print(1)\n", ".py", "source of analysis.py"))
    type(around.execution).objects.filter(run=around).update(source=code)

    @ln.step
    def checked(values):
        return values

    @ln.step
    def scale(file, *, by):
        values = file.load()["value"] * by
        return table(list(checked(values)), f"scaled by {by}")

    scaled = [scale(source, by=by) for by in (2, 3)]

    @ln.step
    def join(files):
        return table([one for file in files for one in file.load()["value"]], "joined")

    made = join(scaled)
    ln.finish()
    return made


def told(folder):
    """What a crate has, by kind."""
    found = defaultdict(list)
    for one in json.loads((folder / "ro-crate-metadata.json").read_text())["@graph"]:
        for kind in [one["@type"]] if isinstance(one["@type"], str) else one["@type"]:
            found[kind].append(one)
    return found


def test_crate_of_steps_is_a_provenance_run_crate(of_steps, tmp_path, validate):
    """For the validator of the community, also by what its profiles of workflow runs only recommend."""
    from lamindb.provenance.exports.ro_crate import write_crate

    folder = tmp_path / "crate"
    write_crate(of_steps, folder, with_inputs=True, license="https://spdx.org/licenses/CC0-1.0.html")
    assert validate(folder, "provenance-run-crate", recommended_by=("provenance-run-crate", "workflow-run-crate")) == []
    report = reported(folder)
    assert (report.count("action: "), report.count("step: ")) == (6, 5)
    path = folder / "ro-crate-metadata.json"
    path.write_text(path.read_text().replace('"ControlAction"', '"Action"'))
    assert any("ControlAction" in issue for issue in validate(folder, "provenance-run-crate"))


def test_crate_of_steps_has_workflow_steps_and_parameters(of_steps, tmp_path):
    """The workflow takes and makes what its steps take from and make for elsewhere; arguments are parameters by name."""
    from lamindb.provenance.exports.ro_crate import write_crate

    pytest.importorskip("rocrate.rocrate")
    write_crate(of_steps, tmp_path, with_inputs=True)
    found = told(tmp_path)
    by_id = {one["@id"]: one for kind in found.values() for one in kind}
    workflow, inner = sorted(found["ComputationalWorkflow"], key=lambda one: "File" not in one["@type"])
    assert (tmp_path / workflow["@id"]).read_text() == "print(1)\n"
    assert [by_id[one["@id"]]["name"].rpartition(".")[2] for one in workflow["step"]] == ["scale", "join"]
    assert by_id[inner["step"]["@id"]]["name"].endswith("checked")
    (engine,) = found["OrganizeAction"]
    controls = [by_id[one["@id"]] for one in engine["object"]]
    names = [one["name"].rpartition(".")[2] for one in controls]
    assert sorted(names) == ["checked", "checked", "join", "scale"]
    scaled = [by_id[one["@id"]] for one in controls[names.index("scale")]["object"]]
    assert len(scaled) == 2
    (around,) = [one for one in found["CreateAction"] if one["instrument"]["@id"] == workflow["@id"]]
    assert [by_id[one["@id"]]["name"] for one in around["object"]] == ["by", "source.parquet"]
    assert by_id[around["result"]["@id"]]["name"] == "joined"
    tool = by_id[scaled[0]["instrument"]["@id"]]
    parameters = {one["name"]: one for one in found["FormalParameter"] if {"@id": one["@id"]} in tool["input"]}
    assert {name: one["additionalType"] for name, one in parameters.items()} == {"file": "File", "by": "Integer"}
    values = [one for one in found["PropertyValue"] if one.get("exampleOfWork") == {"@id": parameters["by"]["@id"]}]
    assert [one["value"] for one in values] == ["2", "3"]
    (files,) = [one for one in found["FormalParameter"] if one["name"] == "files"]
    assert len([one for one in found["File"] if {"@id": files["@id"]} in one.get("exampleOfWork", [])]) == 2


def test_crate_of_steps_whose_code_is_unknown_is_a_process_run_crate(of_steps, tmp_path, validate):
    """A workflow is a file, and in a terminal there is none."""
    from lamindb.provenance.exports.ro_crate import write_crate

    around = of_steps.run.parent
    type(around.execution).objects.filter(run=around).update(source=None)
    write_crate(of_steps, tmp_path)
    assert validate(tmp_path) == []
    assert told(tmp_path).keys().isdisjoint({"ControlAction", "HowToStep"})
    assert len(told(tmp_path)["CreateAction"]) == 6


def test_crate_has_what_a_dataset_consists_of(tmp_path, validate):
    """The files of a dataset, a folder with all that is in it; and as inputs they are only described."""
    from lamindb.provenance.exports.ro_crate import write_crate

    pytest.importorskip("rocrate.rocrate")
    ln.track(ln.Transform(name="make", type="pipeline"))
    parts = [table([1], "first part"), table([2], "second part")]
    both, alone = ln.Dataset(parts, name="both"), ln.Dataset(pd.DataFrame({"a": [1, 2]}), name="alone")
    (tmp_path / "matrix.zarr").mkdir()
    (tmp_path / "matrix.zarr" / ".zgroup").write_text('{"zarr_format": 2}')
    folder = ln.File(tmp_path / "matrix.zarr", key="matrix.zarr")
    for host in (both, alone, folder):
        host.save()
    ln.track(ln.Transform(name="use", type="pipeline"))
    ln.run_context.run.input_datasets.add(both)
    made = table([3], "made of both")
    ln.finish()
    content = {both: [part.id for part in parts], alone: [alone.id], folder: [folder.id], made: [made.id]}
    for host, stems in content.items():
        write_crate(host, tmp_path / host.id)
        assert sorted(path.stem for path in (tmp_path / host.id / "data").iterdir()) == sorted(stems)
    assert validate(tmp_path / both.id) == []
    assert (tmp_path / folder.id / "data" / f"{folder.id}.zarr" / ".zgroup").is_file()


def test_croissant_is_valid_and_has_the_same_rows(result, tmp_path):
    """By the reference implementation: no errors, and records as they were."""
    from lamindb.provenance.exports.croissant import write_croissant

    mlcroissant = pytest.importorskip("mlcroissant")
    path = write_croissant(result, tmp_path / "croissant", license="https://spdx.org/licenses/CC0-1.0.html")
    read = mlcroissant.Dataset(jsonld=str(path))
    assert read.metadata.issues.errors == set()
    rows = [{name.partition("/")[2]: value for name, value in row.items()} for row in read.records(result.id)]
    assert [row["value"] for row in rows] == [10, 20]
    assert [row["well"] for row in rows] == [b"A10", b"A20"]


def test_catalogue_has_what_portals_ask_for(tmp_path, count_queries):
    """All that DCAT-AP makes mandatory, of datasets of one and of several files, in few queries."""
    from lamindb.provenance.exports.dcat import hosts_of_catalogue, to_dcat

    rdflib = pytest.importorskip("rdflib")
    label = ln.ULabel(name="blood")
    label.save()
    both = ln.Dataset([table([1], "a"), table([2], "b")], name="both <b>")
    both.save()
    both.ulabels.add(label)
    ln.Dataset(pd.DataFrame({"a": [1]}), name="alone", version="1").save()
    with count_queries() as queries:
        catalogue = to_dcat(hosts_of_catalogue(), license="https://spdx.org/licenses/CC0-1.0.html")
    assert len(queries) <= 4
    graph = rdflib.Graph().parse(data=json.dumps(catalogue), format="json-ld")
    dcat, dct, rdf = rdflib.Namespace("http://www.w3.org/ns/dcat#"), rdflib.DCTERMS, rdflib.RDF
    (root,) = graph.subjects(rdf.type, dcat.Catalog)
    assert all(graph.value(root, one) is not None for one in (dct.title, dct.description, dct.publisher))
    datasets = {str(graph.value(one, dct.title)): one for one in graph.objects(root, dcat.dataset)}
    assert datasets.keys() == {"both <b>", "alone"}
    assert all(graph.value(one, dct.description) is not None for one in datasets.values())
    assert str(graph.value(datasets["both <b>"], dcat.keyword)) == "blood"
    parts = {name: list(graph.objects(one, dcat.distribution)) for name, one in datasets.items()}
    assert {name: len(found) for name, found in parts.items()} == {"both <b>": 2, "alone": 1}
    for part in [part for found in parts.values() for part in found]:
        assert str(graph.value(part, dcat.accessURL)).startswith("lamin://")
        assert graph.value(part, dcat.byteSize).toPython() > 0
        assert str(graph.value(part, dcat.mediaType)).endswith("application/vnd.apache.parquet")


def test_croissant_is_of_tables(tmp_path):
    """Anything else is refused with a sentence."""
    from lamindb.provenance.exports.croissant import write_croissant

    pytest.importorskip("mlcroissant")
    (tmp_path / "a.txt").write_text("a")
    file = ln.File(tmp_path / "a.txt", key="a.txt")
    file.save()
    with pytest.raises(NotImplementedError, match=r"a\.txt is not"):
        write_croissant(file, tmp_path / "croissant")


# -- OpenLineage ------------------------------------------------------------------------------------------------------


@pytest.fixture
def sender(monkeypatch):
    """A sender of events that has sent none, and no receiver configured."""
    from lamindb.provenance import events, going_on

    for name in list(os.environ):
        if name.startswith("OPENLINEAGE"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(events, "_sender", events._Sender())
    monkeypatch.setattr(going_on, "_state", going_on._State())
    yield events
    for name in [name for name in os.environ if name.startswith("OPENLINEAGE__")]:
        del os.environ[name]  # the client of OpenLineage writes there what it was told otherwise


def test_events_are_sent_to_the_configured_receiver(sender, tmp_path, monkeypatch):
    """On start, completion and failure, with inputs, outputs, the run around and the error without its secret."""
    pytest.importorskip("openlineage.client")
    log = tmp_path / "events.ndjson"
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(log))
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__APPEND", "true")
    source = table([1], "source", key="source.parquet")
    ln.track(ln.Transform(name="pipeline", type="pipeline"))
    source.load()
    made = table([2], "made", key="made.parquet")
    with pytest.raises(ValueError, match="abcdefghij"), ln.step("fails"):
        int("token=abcdefghij")
    ln.finish()
    sender._sender.wait(30)
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(one["eventType"], one["job"]["name"]) for one in events] == [
        ("START", "pipeline"), ("START", "fails"), ("FAIL", "fails"), ("COMPLETE", "pipeline"),
    ]  # fmt: skip
    start, step, failed, complete = events
    assert start["run"]["runId"] == complete["run"]["runId"] == step["run"]["facets"]["parent"]["run"]["runId"]
    assert failed["run"]["facets"]["errorMessage"]["message"].startswith("ValueError: ")
    assert "abcdefghij" not in log.read_text()
    assert [one["name"] for one in complete["inputs"]] == ["source.parquet"]
    assert [one["name"] for one in complete["outputs"]] == ["made.parquet"]
    assert made.run is not None
    (used,), (result,) = complete["inputs"], complete["outputs"]
    assert [one["name"] for one in used["facets"]["schema"]["fields"]] == ["value", "well"]
    assert (used["facets"]["storage"]["storageLayer"], used["facets"]["storage"]["fileFormat"]) == ("local", "parquet")
    assert (
        used["inputFacets"]["inputStatistics"] | {"rowCount": 1, "size": source.size}
        == used["inputFacets"]["inputStatistics"]
    )
    assert result["outputFacets"]["outputStatistics"]["rowCount"] == 1
    assert failed["run"]["facets"]["parent"]["run"]["runId"] == start["run"]["runId"]
    assert start["run"]["facets"]["processing_engine"]["name"] == "Python"
    assert start["job"]["facets"]["ownership"]["owners"][0]["name"].startswith("user:")


def test_events_tell_of_datasets_and_of_the_code(sender, tmp_path):
    """A dataset that is used or made is told as files are; the code is where its source was kept."""
    from lamindb.provenance.exports.openlineage import event_of

    pytest.importorskip("openlineage.client")
    ln.track(ln.Transform(name="pipeline", type="pipeline"))
    run = ln.run_context.run
    dataset = ln.Dataset([table([1], "a"), table([2], "b")], name="both")
    dataset.save()
    source = table([3], "source")
    type(run.execution).objects.filter(run=run).update(source=source, git_commit="abc")
    event = event_of(ln.Run.filter(id=run.id).one(), "completed")
    assert [one.name for one in event.outputs][-1] == "both"
    place = event.job.facets["sourceCodeLocation"]
    assert (place.type, place.version) == ("git", "abc")
    assert place.url.endswith(source.id)


def test_receiver_that_does_not_answer_disturbs_nothing(sender, monkeypatch, capsys):
    """Not even the end of the process for long; it is said once."""
    pytest.importorskip("openlineage.client")
    silent = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
    monkeypatch.setattr(sender, "PATIENCE", 0.2)
    ln.settings.verbosity = 1
    start = time.perf_counter()
    ln.track(ln.Transform(name="pipeline", type="pipeline"))
    run = ln.run_context.run
    ln.finish()
    sender.wait()
    assert time.perf_counter() - start < 5
    assert run.status == "completed"
    silent.close()
    assert capsys.readouterr().out.count("OpenLineage events could not be recorded, your work goes on") == 1


def test_no_receiver_no_events(sender):
    """Nothing is sent unless the user wants it."""
    ln.track(ln.Transform(name="pipeline", type="pipeline"))
    assert sender._sender.process == 0


def test_missing_package_is_said(result, monkeypatch):
    """With the extra that has it."""
    import sys

    from lamindb.provenance.exports.w3c_prov import to_prov

    monkeypatch.setitem(sys.modules, "prov.model", None)
    with pytest.raises(ImportError, match=r"lamindb\[prov\]"):
        to_prov(result)


def test_command_writes_each_form(result, tmp_path, capsys):
    """What the functions write."""
    from lamindb.cli import main

    for form, written in (
        ("prov", ""),
        ("dcat", ""),
        ("ro-crate", "ro-crate-metadata.json"),
        ("croissant", "croissant.json"),
    ):
        target = tmp_path / form
        assert main(["export", form, result.id, str(target)]) == 0
        assert json.loads((target / written if written else target).read_text())
    assert main(["export", "dcat", "*", str(tmp_path / "all")]) == 0
    assert main(["export", "prov", "nosuch", str(tmp_path / "x")]) == 20

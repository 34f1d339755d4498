"""What cells of a notebook have shown, as it is heard from the kernel."""

from __future__ import annotations

import pytest

from lamindb.provenance import going_on, shown
from lamindb.provenance.shown import Execution, Listener, clear, put_into
from tests.provenance.notebook_makers import code, markdown


@pytest.fixture
def listener(monkeypatch):
    """A listener that hears what the test tells it."""
    monkeypatch.setattr(Listener, "_listen", lambda self: self._listens.set())
    return Listener("kernel.json", Execution("ln.track()", 1))


def tell(listener, parent, kind, **content):
    """Have the kernel publish something."""
    listener._hear({"msg_type": kind, "content": content, "parent_header": {"msg_id": parent}})


def run_cell(listener, parent, text, count):
    """Have the kernel execute a cell."""
    tell(listener, parent, "execute_input", code=text, execution_count=count)


def test_outputs_belong_to_the_cell_that_shows_them(listener):
    """The first is the one that began to listen; pieces of a stream are one, and what says nothing is left out."""
    tell(listener, "a", "stream", name="stdout", text="1\n")
    run_cell(listener, "b", "show()", 2)
    for text in ("2", "3"):
        tell(listener, "b", "stream", name="stdout", text=text)
    tell(listener, "b", "status", execution_state="idle")
    tell(listener, "b", "error", ename="ValueError", evalue="x", traceback=[])
    first, second = listener.executions()
    assert (first.code, first.count, [one["text"] for one in first.outputs]) == ("ln.track()", 1, ["1\n"])
    assert [one.get("text", one["output_type"]) for one in second.outputs] == ["23", "error"]


def test_display_is_updated_and_cleared(listener):
    """As editors do it: wherever it is, at once or with the next output."""
    run_cell(listener, "a", "bar()", 1)
    shown_as = {"transient": {"display_id": "bar"}, "metadata": {}}
    tell(listener, "a", "display_data", data={"text/plain": "0 %"}, **shown_as)
    run_cell(listener, "b", "go_on()", 2)
    tell(listener, "b", "update_display_data", data={"text/plain": "100 %"}, **shown_as)
    for text in ("old", "new"):
        tell(listener, "b", "clear_output", wait=True)
        tell(listener, "b", "stream", name="stdout", text=text)
    first, second = listener.executions()
    assert first.outputs[0]["data"] == {"text/plain": "100 %"}
    assert [one["text"] for one in second.outputs] == ["new"]
    tell(listener, "b", "clear_output", wait=False)
    assert second.outputs == []


def test_more_than_memory_should_have_is_left_out(listener, monkeypatch):
    """A loop that prints for hours does no harm."""
    monkeypatch.setattr(shown, "_LARGEST", 1_000)
    run_cell(listener, "a", "loop()", 1)
    for _ in range(100):
        tell(listener, "a", "stream", name="stdout", text="x" * 100)
    assert len(listener.executions()[0].outputs[0]["text"]) < 1_000


def test_outputs_are_put_into_the_cells_of_the_same_text():
    """The latest execution counts; other cells keep what they have unless everything is cleared before."""
    kept = code("before()") | {"outputs": [{"output_type": "stream", "name": "stdout", "text": "kept"}]}
    notebook = {"cells": [markdown("# Title"), kept, code("show()\n\n1 + 1  \n")]}
    result = {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}, "transient": {}}
    put_into(notebook, [Execution("show()\n\n1 + 1", 2, []), Execution("show()\n\n1 + 1", 3, [result])])
    assert notebook["cells"][1]["outputs"][0]["text"] == "kept"
    assert notebook["cells"][2]["execution_count"] == 3
    assert notebook["cells"][2]["outputs"] == [
        {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}, "execution_count": 3}
    ]
    clear(notebook)
    assert [cell.get("outputs") for cell in notebook["cells"]] == [None, [], []]


def test_kernel_that_cannot_be_heard_is_said(monkeypatch, tmp_path, capsys):
    """Once, and the work goes on at once."""
    pytest.importorskip("jupyter_client")
    monkeypatch.setattr(going_on, "_state", going_on._State())
    for _ in range(2):
        assert Listener(str(tmp_path / "gone.json"), Execution("ln.track()")).executions() == []
    assert capsys.readouterr().out.count("what cells of the notebook show could not be recorded") == 1


def test_process_that_is_no_kernel_has_nothing_to_hear():
    """A script, and IPython in a terminal."""
    assert shown.listener() is None

"""Graphs in other forms than pictures: tables, Mermaid, networkx. Knows no registry and no Django."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lamindb.errors import MissingExtra

if TYPE_CHECKING:
    import pandas as pd

    from lnschema_core.pictures.drawing import Node, Picture


def to_frame(picture: Picture) -> pd.DataFrame:
    """One row per record: its kind and title, from what it comes, where it leads to, and why it is stale if it is."""
    import pandas as pd

    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for tail, head in picture.edges:
        after[tail].append(head)
        before[head].append(tail)
    rows = [
        {"kind": node.kind, "title": node.title, "comes_from": before[node.id], "leads_to": after[node.id], "stale": node.stale}
        for node in picture.nodes
    ]  # fmt: skip
    columns = ["kind", "title", "comes_from", "leads_to", "stale"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index([node.id for node in picture.nodes], name="id"))


def to_mermaid(picture: Picture) -> str:
    """A flow chart in the language of Mermaid (https://mermaid.js.org), which Markdown renderers draw."""
    names = {node.id: f"n{number}" for number, node in enumerate(picture.nodes)}
    lines = ["flowchart LR", *(_mermaid_node(names[node.id], node) for node in picture.nodes)]
    lines += [f"    {names[tail]} --> {names[head]}" for tail, head in picture.edges]
    lines += ["    classDef run fill:#dcdcdc", "    classDef stale stroke:#b45309,stroke-width:2px"]
    return "\n".join([*lines, ""])


def _mermaid_node(name: str, node: Node) -> str:
    stale = (f"⚠ {node.stale}",) if node.stale else ()
    text = "<br/>".join(_mermaid_text(line) for line in (node.title, *node.facts, *stale))
    shape = f'(["{text}"])' if node.kind == "Run" else f'["{text}"]'
    kind = ":::stale" if node.stale else ":::run" if node.kind == "Run" else ""
    return f"    {name}{shape}{kind}"


def _mermaid_text(line: str) -> str:
    """A line with nothing that Mermaid would take for syntax, as its entity codes."""
    plain = "".join(character if character.isprintable() else " " for character in line)
    return (
        "".join(f"#{ord(character)};" if character in '#;"<>&`\\[]{}()|' else character for character in plain) or " "
    )


def to_networkx(picture: Picture) -> Any:
    """A ``networkx.DiGraph`` whose nodes are ids with kind, title, facts and what makes them stale.

    Raises:
        MissingExtra: ``networkx`` is not installed.
    """
    try:
        networkx = import_module("networkx")
    except ImportError as error:
        msg = "graphs for networkx need it: pip install 'lamindb[lineage]'"
        raise MissingExtra(msg) from error
    graph = networkx.DiGraph(name=picture.name)
    for node in picture.nodes:
        graph.add_node(node.id, kind=node.kind, title=node.title, facts=list(node.facts), stale=node.stale)
    graph.add_edges_from(picture.edges)
    return graph

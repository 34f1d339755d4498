"""Pictures of records: nodes and arrows as values, drawn by graphviz. Knows no registry and no Django."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import graphviz

from lamindb import log

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = "honeydew"
RUN = "gainsboro"
START = "#10b981"

_NODE = {"shape": "box", "style": "rounded,filled", "color": "#065f46", "fontname": "Helvetica", "fontsize": "10"}
_EDGE = {"arrowsize": "0.5", "color": "dimgrey"}
_LONGEST = 80
_NO_DOT = (
    "graphs are rendered by the program `dot` of graphviz, which is not installed: `apt-get install graphviz`, "
    "`brew install graphviz` or `conda install graphviz`, or see https://graphviz.org/download"
)


@dataclass(frozen=True)
class Node:
    """A record in a picture."""

    id: str
    title: str
    facts: tuple[str, ...] = ()
    """Lines in small print below the title."""
    colour: str = DATA


@dataclass(frozen=True)
class Picture:
    """Nodes, and arrows between them as pairs of ids."""

    name: str
    nodes: Sequence[Node]
    edges: Sequence[tuple[str, str]]


class Drawing(graphviz.Digraph):  # type: ignore[misc] # graphviz comes without types
    """A graph for graphviz; in a notebook it appears as a picture, or as its source where that can't be rendered."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **kwargs: Any) -> dict[str, Any]:
        if not has_dot():
            return {"text/plain": self.source}
        bundle: dict[str, Any] = super()._repr_mimebundle_(include=include, exclude=exclude, **kwargs)
        return bundle


def draw(picture: Picture) -> Drawing:
    """Make a picture a graph for graphviz. Renders nothing."""
    nodes = [
        f"\t{_quoted(node.id)} [label={_label(node)} fillcolor={_quoted(node.colour)}]\n" for node in picture.nodes
    ]
    edges = [f"\t{_quoted(tail)} -> {_quoted(head)}\n" for tail, head in picture.edges]
    return Drawing(picture.name, node_attr=_NODE, edge_attr=_EDGE, body=[*nodes, *edges])


def svg(drawing: graphviz.Digraph) -> str | None:
    """Render a graph as SVG; without graphviz' program, say what to install and return None."""
    return drawing.pipe(format="svg", encoding="utf-8") if has_dot() else None


def has_dot() -> bool:
    """Whether graphs can be rendered; if not, this says what to install."""
    if shutil.which("dot") is not None:
        return True
    log.error(_NO_DOT)
    return False


def text(value: str) -> str:
    """A value as text of an HTML label: one line, not too long, and nothing that graphviz would take for markup."""
    if not value.isprintable():
        value = "".join(character if character.isprintable() else " " for character in value)
    return escape(value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…")


def _label(node: Node) -> str:
    title = text(node.title) or " "
    if not node.facts:
        return f"<{title}>"
    facts = "<BR/>".join(text(fact) for fact in node.facts)
    return f'<{title}<BR/><FONT COLOR="#374151" POINT-SIZE="8" FACE="Monospace">{facts}</FONT>>'


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

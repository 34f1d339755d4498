"""Pictures of records: nodes and arrows as values, drawn by graphviz. Knows no registry and no Django."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import graphviz

from lamindb import log

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

DATA = "honeydew"
RUN = "gainsboro"
START = "#10b981"
STALE = "#7c2d12"

_NODE = {"shape": "box", "style": "rounded,filled", "color": "#065f46", "fontname": "Helvetica", "fontsize": "10"}
_EDGE = {"arrowsize": "0.5", "color": "dimgrey"}
_LONGEST = 80
_MARKUP = re.compile("[&<>\"']")
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
    kind: str = ""
    """The registry of the record."""
    stale: str = ""
    """What of its origin has a newer version, if that is so."""


@dataclass(frozen=True)
class Picture:
    """Nodes, and arrows between them as pairs of ids."""

    name: str
    nodes: Sequence[Node]
    edges: Sequence[tuple[str, str]]


class Drawing(graphviz.Digraph):  # type: ignore[misc] # graphviz comes without types
    """A graph for graphviz; in a notebook it appears as a picture, or as its source where that can't be rendered.

    ``df()`` and ``networkx()`` have all records, ``mermaid()`` shows what the picture shows.
    """

    picture: Picture = Picture("", (), ())
    """What is drawn."""
    records: Picture = Picture("", (), ())
    """The records before siblings were drawn as one."""

    def df(self) -> pd.DataFrame:
        """The graph as a table: per record its kind, title, what it comes from and leads to, and why it is stale."""
        from lnschema_core.pictures.forms import to_frame

        return to_frame(self.records)

    def mermaid(self) -> str:
        """The picture as text in the language of Mermaid, for Markdown."""
        from lnschema_core.pictures.forms import to_mermaid

        return to_mermaid(self.picture)

    def networkx(self) -> Any:
        """The graph as a ``networkx.DiGraph``.

        Raises:
            MissingExtra: ``networkx`` is not installed.
        """
        from lnschema_core.pictures.forms import to_networkx

        return to_networkx(self.records)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **kwargs: Any) -> dict[str, Any]:
        if shutil.which("dot") is None:  # said when it was drawn
            return {"text/plain": self.source}
        bundle: dict[str, Any] = super()._repr_mimebundle_(include=include, exclude=exclude, **kwargs)
        return bundle


def draw(picture: Picture, records: Picture | None = None) -> Drawing:
    """Make a picture a graph for graphviz. Renders nothing.

    Args:
        picture: What is drawn.
        records: The records behind it, if it draws several as one.
    """
    nodes = [
        f"\t{_quoted(node.id)} [label={_label(node)} fillcolor={_quoted(node.colour)}]\n" for node in picture.nodes
    ]
    edges = [f"\t{_quoted(tail)} -> {_quoted(head)}\n" for tail, head in picture.edges]
    drawing = Drawing(picture.name, node_attr=_NODE, edge_attr=_EDGE, body=[*nodes, *edges])
    drawing.picture, drawing.records = picture, picture if records is None else records
    return drawing


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
    shown = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
    return escape(shown) if _MARKUP.search(shown) else shown


def _label(node: Node) -> str:
    title = text(node.title) or " "
    facts = "<BR/>".join(text(fact) for fact in node.facts)
    shown = f'<BR/><FONT COLOR="#374151" POINT-SIZE="8" FACE="Monospace">{facts}</FONT>' if facts else ""
    stale = f'<BR/><FONT COLOR="{STALE}" POINT-SIZE="8">⚠ {text(node.stale)}</FONT>' if node.stale else ""
    return f"<{title}{shown}{stale}>"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

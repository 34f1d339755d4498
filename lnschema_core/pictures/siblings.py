"""Siblings in a graph: many nodes that lead from and to the same others are shown as one. Knows no registry and no Django."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from lnschema_core.pictures.drawing import Node, Picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST = 5
"""How many siblings are shown one by one."""

_NAMED = 3


def clustered(picture: Picture, *, keep: str) -> Picture:
    """The picture with one node for each group of more than five siblings.

    Siblings are nodes of one kind, stale or not alike, with the same arrows to and from others.

    Args:
        picture: The picture.
        keep: The node that stays one of its own.
    """
    groups = [group for group in _siblings(picture) if len(group) > MOST]
    member_of: dict[str, str] = {}
    clusters: dict[str, Node] = {}
    for group in groups:
        members = [node for node in group if node.id != keep]
        if len(members) > MOST:
            cluster = _cluster(members)
            clusters[cluster.id] = cluster
            member_of |= dict.fromkeys((node.id for node in members), cluster.id)
    if not clusters:
        return picture
    return Picture(picture.name, list(_nodes(picture, member_of, clusters)), _edges(picture, member_of))


def _siblings(picture: Picture) -> Iterable[list[Node]]:
    """Groups of nodes with the same arrows; of those only that have a neighbour with many, since others have few siblings."""
    arrows_at = Counter(tail for tail, _ in picture.edges), Counter(head for _, head in picture.edges)
    many = {record for counts in arrows_at for record, number in counts.items() if number > MOST}
    if not many:
        return []
    beside = {end for edge in picture.edges if not many.isdisjoint(edge) for end in edge}
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for tail, head in picture.edges:
        after[tail].append(head)
        before[head].append(tail)
    groups: dict[tuple[object, ...], list[Node]] = defaultdict(list)
    for node in [one for one in picture.nodes if one.id in beside]:
        arrows = tuple(sorted(before[node.id])), tuple(sorted(after[node.id]))
        groups[node.kind, bool(node.stale), *arrows].append(node)
    return groups.values()


def _cluster(members: list[Node]) -> Node:
    first = members[0]
    titles = sorted(node.title for node in members)
    facts = (*titles[:_NAMED], f"and {len(members) - _NAMED} more")
    kind = f"{first.kind.lower()}s" if first.kind else "records"
    return Node(
        f"{first.id}+{len(members) - 1}", f"{len(members)} {kind}", facts, first.colour, first.kind, first.stale
    )


def _nodes(picture: Picture, member_of: Mapping[str, str], clusters: dict[str, Node]) -> Iterable[Node]:
    for node in picture.nodes:
        cluster = member_of.get(node.id)
        if cluster is None:
            yield node
        elif cluster in clusters:
            yield clusters.pop(cluster)


def _edges(picture: Picture, member_of: Mapping[str, str]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((member_of.get(tail, tail), member_of.get(head, head)) for tail, head in picture.edges))

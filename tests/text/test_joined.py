"""Several strings in one field."""

from __future__ import annotations

import pytest

from lamindb.text.joined import join, split


@pytest.mark.parametrize(("text", "parts"), [(None, []), ("", []), ("a", ["a"]), ("a|b c|", ["a", "b c"])])
def test_a_joined_text_is_split_at_the_bars(text, parts):
    """Nulls and empty parts give nothing."""
    assert split(text) == parts


def test_membership_is_by_part():
    """A part that merely begins with another one is not it."""
    assert "bionty.Cell" not in split("core.ULabel|bionty.CellType")


@pytest.mark.parametrize(("parts", "text"), [([], None), ([""], None), (["b", "a", "b", ""], "b|a")])
def test_parts_are_joined_in_order_and_once(parts, text):
    """No part at all is null rather than an empty string."""
    assert join(parts) == text

"""Texts among the arguments: what the settings and the database can store."""

from __future__ import annotations

from typing import Any

import click

LONGEST = 10_000
"""Characters of an argument that ends up in a query: longer ones match nothing, and databases refuse them."""


class Text(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases of click only
    """A text without characters that UTF-8 can't encode, such as the remains of a file name in another encoding."""

    name = "text"

    def __init__(self, longest: int | None = None) -> None:
        self.longest = longest

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the text."""
        text = str(value)
        if any("\ud800" <= character <= "\udfff" for character in text):
            self.fail("the text is not valid UTF-8", param, ctx)
        if self.longest is not None and len(text) > self.longest:
            self.fail(f"the text has {len(text)} characters, but {self.longest} is the most", param, ctx)
        return text


TEXT = Text()
QUERY_TEXT = Text(LONGEST)

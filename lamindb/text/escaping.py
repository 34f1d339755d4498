"""Texts that others wrote, as a terminal can show them without obeying them."""

from __future__ import annotations

from unicodedata import category

_OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # https://www.unicode.org/reports/tr44/#General_Category_Values
_JOINERS = "\u200c\u200d"  # parts of words in some scripts, and of emojis


def escaped(text: str, *, keep: str = "") -> str:
    """The text on one line: control characters, and those that turn the direction of writing, are shown as escapes.

    Args:
        text: The text.
        keep: Such characters that stay as they are, as line breaks do where a text may have several lines.
    """
    return text if text.isprintable() else "".join([_shown(character, keep) for character in text])


def _shown(character: str, keep: str) -> str:
    is_obeyed = category(character) in _OBEYED and character not in _JOINERS and character not in keep
    return repr(character)[1:-1] if is_obeyed else character

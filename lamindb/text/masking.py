"""Secrets in text: what looks like one, and what is known to be one. Knows no stream and no command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MASK = "***"

_SHORTEST_SECRET = 6  # a shorter one masks ordinary words
_WORDS = (
    r"pass(?:word|wd|phrase)?|pwd|secret|token|signature|credential"
    r"|(?:api|access|secret|private|account|shared)[_-]?key(?:[_-]?id)?"
)
_SECRET_VARIABLE = re.compile(
    r"(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|ACCESS_KEY_ID|SECRET_?KEY|PRIVATE_?KEY|ACCOUNT_?KEY)$",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(  # but not the place for one in a command that we tell users
    r"""(?P<head>\b[a-z][a-z0-9+.-]*://[^\s:/@'"]*:)(?!<password>@)(?P<secret>[^\s'"]+)(?=@)""", re.IGNORECASE
)
_PAIR = re.compile(
    rf"""(?P<head>\b[\w-]*?(?:{_WORDS})[\w-]*['"]?[ \t]*(?:=|:(?!/))[ \t]*['"]?)(?P<secret>[^\s'"&,;)}}\]]+)""",
    re.IGNORECASE,
)
# In code only a literal is a secret: `token = ask()` and `tokenizer = Tokenizer()` have to go on as they are.
_LITERAL = re.compile(
    rf"""(?P<head>\b[\w-]*?(?:{_WORDS})[\w-]*['"]?\]?[ \t]*(?:=|:|,)[ \t]*[rbfu]{{0,2}}(?P<quote>['"]{{1,3}}))(?P<secret>[^'"\n]{{{_SHORTEST_SECRET},}})(?=['"])""",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\"""")
_PLACEHOLDERS = ("{", "%", "$", "<", "*", "\\")
_AUTHORIZATION = re.compile(r"(?P<head>\b(?:Bearer|Basic)\s+)(?P<secret>[\w.~+/=-]{8,})")
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}"
    r"|\bxox[abprs]-[\w-]{10,}|\bAIza[\w-]{35}|\bhf_[A-Za-z0-9]{20,}|\bsk-[\w-]{20,}|\bpypi-[\w-]{20,}"
    r"|\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"
)


def mask_patterns(text: str) -> str:
    """Replace everything that has the shape of a secret by ``***``.

    Knows passwords within URLs, pairs such as ``token=…``, authorization headers, private keys, and the tokens of the
    usual clouds and forges.
    """
    text = _SHAPES.sub(MASK, text)
    for pattern in (_URL_PASSWORD, _PAIR, _AUTHORIZATION):
        text = pattern.sub(rf"\g<head>{MASK}", text)
    return text


def mask_source(code: str) -> str:
    """Replace what has the shape of a secret in source code, which stays code: of pairs only literals are masked."""
    code = _SHAPES.sub(MASK, code)
    for pattern in (_URL_PASSWORD, _LITERAL, _AUTHORIZATION):
        code = pattern.sub(_masked_literal, code)
    return _QUOTED.sub(lambda quoted: _PAIR.sub(_masked_literal, quoted.group()), code)


def _masked_literal(match: re.Match[str]) -> str:
    """The match without its secret; what code puts in later is none."""
    return match.group() if match["secret"].startswith(_PLACEHOLDERS) else match["head"] + MASK


class Masker:
    """Masks the shapes of secrets, and the secrets that this process was given."""

    def __init__(self, secrets: Iterable[str | None] = ()) -> None:
        self._secrets: set[str] = set()
        for secret in secrets:
            self.add(secret)

    @classmethod
    def of_process(cls, arguments: Sequence[str], environment: Mapping[str, str]) -> Masker:
        """Know the secrets in the arguments and in the environment of this process."""
        return cls([*_in_arguments(arguments), *_in_environment(environment)])

    def add(self, secret: str | None) -> None:
        """Never show this text from now on."""
        if secret is not None and len(secret) >= _SHORTEST_SECRET:
            self._secrets |= {spelling for spelling in _spellings(secret) if len(spelling) >= _SHORTEST_SECRET}

    def mask(self, text: str) -> str:
        """Replace every secret in the text by ``***``."""
        return mask_patterns(self._without_known(text))

    def mask_source(self, code: str) -> str:
        """Replace every secret in source code by ``***``."""
        return mask_source(self._without_known(code))

    def _without_known(self, text: str) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return text


def _in_arguments(arguments: Sequence[str]) -> Iterator[str]:
    for position, argument in enumerate(arguments):
        if argument == "--password" and position + 1 < len(arguments):
            yield arguments[position + 1]
        elif argument.startswith("--password="):
            yield argument.removeprefix("--password=")
        yield from _in_url(argument)


def _in_environment(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        if _SECRET_VARIABLE.search(name):
            yield value
        yield from _in_url(value)


def _in_url(text: str) -> Iterator[str]:
    if "://" in text:
        yield from (match["secret"] for match in _URL_PASSWORD.finditer(text))


def _spellings(secret: str) -> Iterator[str]:
    """The ways in which a secret may be written: as it is, line by line, quoted or unquoted in a URL, escaped in a literal."""
    yield from (secret, quote(secret, safe=""), unquote(secret), repr(secret)[1:-1])
    yield from (line for line in secret.splitlines() if not line.startswith("-----"))

"""The words of an access file, and the lines about what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from cryoioc.access.calc import INPUTS

KEYWORDS = ("UAG", "HAG", "ASG", "RULE", "CALC", *(f"INP{letter}" for letter in INPUTS))
_TOKEN = re.compile(r'(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<name>[A-Za-z0-9_\-+:.\[\]<>;]+)|(?P<sign>[(){},])', re.A)
_SPACE = re.compile(r"\s*", re.A)
_CODE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^#])*')  # of a line, without its comment
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?", re.A)
_MACRO = re.compile(r"\$[({](\w*)[)}]")


class Mistake(Exception):
    """What follows cannot be understood."""


class Tokens:
    """The tokens of a file, taken one after another.

    Parameters
    ----------
    text : str
        The file.
    name : str
        Begins each line about a mistake.
    macros : mapping
        What ``$(NAME)`` stands for.
    """

    def __init__(self, text: str, name: str, macros: Mapping[str, str]) -> None:
        self.mistakes: list[str] = []
        self.warnings: list[str] = []
        self._name = name
        self._tokens: list[tuple[int, str]] = []  # line and token; "" ends them
        self._next = 0
        self._cut(text, macros)

    def _cut(self, text: str, macros: Mapping[str, str]) -> None:
        for number, line in enumerate(text.split("\n"), 1):
            whole = self._expanded(number, _CODE.match(line)[0], macros)  # type: ignore[index]  # matches nothing too
            start = _SPACE.match(whole).end()  # type: ignore[union-attr]
            while start < len(whole):
                match = _TOKEN.match(whole, start)
                if match is None:
                    found = "a quote that is not closed" if whole[start] == '"' else f"character {whole[start]!r}"
                    self.complain(number, f"{found} has no meaning here")
                    break
                self._tokens.append((number, match[0]))
                start = _SPACE.match(whole, match.end()).end()  # type: ignore[union-attr]
        self._tokens.append((text.count("\n") + 1, ""))

    def _expanded(self, number: int, line: str, macros: Mapping[str, str]) -> str:
        def value(match: re.Match[str]) -> str:
            if match[1] not in macros:
                known = ", ".join(f"$({macro})" for macro in macros) or "none"
                self.complain(number, f"unknown macro {match[0]}; known: {known}")
            return macros.get(match[1], "X")

        return _MACRO.sub(value, line)

    def complain(self, line: int, what: str) -> None:
        """Note a mistake."""
        self.mistakes.append(f"{self._name}:{line}: {what}")

    def warn(self, line: int, what: str) -> None:
        """Note what is taken, but hardly meant."""
        self.warnings.append(f"{self._name}:{line}: {what}")

    @property
    def line(self) -> int:
        """Line of the next token."""
        return self._tokens[self._next][0]

    def peek(self) -> str:
        """Return the next token, empty at the end."""
        return self._tokens[self._next][1]

    def ahead(self, count: int) -> list[str]:
        """Return the tokens that come next."""
        return [token for _, token in self._tokens[self._next : self._next + count]]

    def take(self) -> str:
        """Take the next token."""
        token = self.peek()
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def fail(self, wanted: str) -> NoReturn:
        """Tell what was expected instead of the next token."""
        found = self.peek()
        self.complain(self.line, f"expected {wanted}, found {shown(found) if found else 'the end of the file'}")
        raise Mistake

    def sign(self, sign: str) -> None:
        """Take a sign that must come next."""
        if self.peek() != sign:
            self.fail(f"'{sign}'")
        self.take()

    def text(self, what: str) -> str:
        """Take a name or a quoted text."""
        token = self.peek()
        if token[:1] == '"':
            return self.take()[1:-1]
        if not token or token in "(){}," or token in KEYWORDS or _NUMBER.fullmatch(token):
            self.fail(what)
        return self.take()

    def texts(self, what: str) -> list[str]:
        """Take names or quoted texts between commas."""
        texts = [self.text(what)]
        while self.peek() == ",":
            self.take()
            texts.append(self.text(what))
        return texts

    def in_parentheses(self, what: str) -> str:
        """Take a name or text in parentheses."""
        self.sign("(")
        text = self.text(what)
        self.sign(")")
        return text


def shown(token: str) -> str:
    """Return a token as it is quoted in a message."""
    return token if len(token) <= 30 else f"{token[:27]}..."

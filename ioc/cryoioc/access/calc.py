"""CALC expressions of access rules: the infix language of EPICS base, read once, evaluated on every change of an input.

Operators, precedence and functions are those of ``postfix.h`` (EPICS base 7.0.10).  Assignment, ``;``, ``RNDM`` and
``VAL`` are left out: a rule must give the same answer each time it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from cryoioc.access.operators import BINARY, CONSTANTS, MANY, ONE, TWO, UNARY

Number = Callable[[Mapping[str, float]], float]

INPUTS = "ABCDEFGHIJKL"
LONGEST = 1000  # characters of an expression
DEEPEST = 50  # parentheses and conditions within each other


class CalcError(ValueError):
    """An expression that cannot be read; the text says what was expected where."""


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern that takes the longest of the words; EPICS base needs no space behind one."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_WORDS = _any_of((*UNARY, *CONSTANTS, *ONE, *TWO, *MANY, *INPUTS, "("))
_NUMBER = r"0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_OPERAND = re.compile(rf"\s*(?P<token>{_NUMBER}|{_WORDS})", re.I | re.A)
_OPERATOR = re.compile(rf"\s*(?P<token>{_any_of((*BINARY, *'()?:,'))})", re.I | re.A)


class Expression:
    """One expression.

    Parameters
    ----------
    text : str
        As it stands in the rule.

    Attributes
    ----------
    inputs : frozenset of str
        Letters it uses, out of A to L.

    Raises
    ------
    CalcError
        When it cannot be read.

    Examples
    --------
    >>> Expression("A=1 && B<300").value({"A": 1.0, "B": 290.0})
    1.0
    """

    def __init__(self, text: str) -> None:
        self.text = text
        reader = _Reader(text)
        self._number = reader.whole()
        self.inputs = frozenset(reader.inputs)

    def value(self, values: Mapping[str, float]) -> float:
        """Return the result for these inputs; one that is not given is 0, as in base."""
        return self._number(values)


class _Reader:
    """Reads an expression from left to right (precedence climbing)."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise CalcError(f"longer than {LONGEST} characters")
        self.inputs: set[str] = set()
        self._text = text.rstrip()
        self._next = 0
        self._depth = 0

    def whole(self) -> Number:
        number = self._condition()
        if self._next < len(self._text):
            raise CalcError(f"expected an operator, {self._found()}")
        return number

    def _found(self) -> str:
        rest = self._text[self._next :].strip()
        return f"found {rest[:10]!r}" if rest else "found nothing more"

    def _operator(self) -> str:
        """Return the operator that comes next, without taking it."""
        match = _OPERATOR.match(self._text, self._next)
        return match["token"].upper() if match is not None else ""

    def _take(self, sign: str) -> bool:
        """Take an operator if it comes next."""
        match = _OPERATOR.match(self._text, self._next)
        if match is None or match["token"].upper() != sign:
            return False
        self._next = match.end()
        return True

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise CalcError(f"expected {sign!r}, {self._found()}")

    def _condition(self) -> Number:
        self._depth += 1
        if self._depth > DEEPEST:
            raise CalcError(f"nested more than {DEEPEST} deep")
        test = self._binary(1)
        if self._take("?"):
            yes = self._condition()
            self._expect(":")
            no = self._condition()
            condition = test
            test = lambda values: yes(values) if condition(values) else no(values)  # noqa: E731
        self._depth -= 1
        return test

    def _binary(self, least: int) -> Number:
        left = self._operand()
        while (found := BINARY.get(sign := self._operator())) is not None and found[0] >= least:
            self._take(sign)
            left = _apply(found[1], (left, self._binary(found[0] + 1)))  # all associate to the left
        return left

    def _operand(self) -> Number:
        self._depth += 1
        if self._depth > DEEPEST:
            raise CalcError(f"nested more than {DEEPEST} deep")
        number = self._prefixed()
        self._depth -= 1
        return number

    def _prefixed(self) -> Number:
        match = _OPERAND.match(self._text, self._next)
        if match is None:
            raise CalcError(f"expected a number, an input A to L, a function or '(', {self._found()}")
        self._next, token = match.end(), match["token"].upper()
        if token in UNARY:
            return _apply(UNARY[token], (self._operand(),))
        if token == "(":
            inner = self._condition()
            self._expect(")")
            return inner
        if token in INPUTS:
            self.inputs.add(token)
            return lambda values: values.get(token, 0.0)
        if token in ONE or token in TWO or token in MANY:
            return self._function(token)
        literal = CONSTANTS[token] if token in CONSTANTS else _literal(token)
        return lambda values: literal

    def _function(self, name: str) -> Number:
        if name in ONE:  # a single operand needs no parentheses
            return _apply(ONE[name], (self._operand(),))
        self._expect("(")
        arguments = [self._condition()]
        while self._take(","):
            arguments.append(self._condition())
        self._expect(")")
        if name in TWO and len(arguments) != 2:
            raise CalcError(f"{name} takes 2 values, found {len(arguments)}")
        return _apply((TWO | MANY)[name], arguments)


def _literal(token: str) -> float:
    return float(int(token, 16)) if token[:2] == "0X" else float(token)


def _apply(function: Callable[..., float], operands: Sequence[Number]) -> Number:
    return lambda values: function(*(operand(values) for operand in operands))

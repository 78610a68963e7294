"""CALC expressions: the same number as EPICS base, or a sentence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoioc.access.calc import CalcError, Expression
from cryoioc.access.operators import BINARY, ONE

from . import base

VALUES = {"A": 1.0, "B": 0.0, "C": 2.5, "D": -3.0, "E": 7.0, "F": 100.0}
BITS = ("&", "|", "AND", "OR", "XOR", "<<", ">>", ">>>")
# EPICS base itself ends with a signal for INT_MIN % -1.
ARITHMETIC = sorted(set(BINARY) - {*BITS, "%"})


def joined(leaves: list[str], signs: list[str], prefixes: list[str], functions: bool) -> st.SearchStrategy[str]:
    """Return expressions of these parts."""

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        spaces = st.sampled_from(["", " "])
        shapes = [
            st.tuples(inner, st.sampled_from(signs), spaces, inner).map(lambda t: "{} {}{}{}".format(*t)),
            st.tuples(st.sampled_from(prefixes), inner).map("".join),
            inner.map("({})".format),
            st.tuples(inner, inner, inner).map(lambda t: "{}?{}:{}".format(*t)),
        ]
        two = st.sampled_from(["MAX", "MIN", "FINITE", "ISNAN", "ATAN2", "FMOD"])
        if functions:
            shapes.append(st.tuples(st.sampled_from(sorted(ONE)), inner).map(lambda t: "{}({})".format(*t)))
            shapes.append(st.tuples(two, inner, inner).map(lambda t: "{}({},{})".format(*t)))
        return st.one_of(shapes)

    return st.recursive(st.sampled_from(leaves), grown, max_leaves=8)


def ours(text: str) -> float | None:
    try:
        return Expression(text).value(VALUES)
    except CalcError:
        return None


def same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-9)


@settings(max_examples=600, deadline=None)
@given(joined([*"ABCDEFabc", "0", "1", "3.5", "1e2", "PI", "D2R", "INF", "NAN"], ARITHMETIC, ["-", "!"], True))
def test_arithmetic_gives_what_base_gives(text):
    assert same(base.calc(text, VALUES), ours(text))


@settings(max_examples=600, deadline=None)
@given(joined([*"ABDEF", "0", "2", "0x10"], [*BITS, "+", "=", "<"], ["~", "NOT ", "!"], False))
def test_bits_give_what_base_gives(text):
    assert same(base.calc(text, VALUES), ours(text))


@settings(max_examples=600, deadline=None)
@given(st.text(st.sampled_from("AB12.() +-*/<>=!&|?:,^#~xMINABSe\"'"), max_size=12))
def test_what_base_does_not_take_is_not_taken(text):
    if ours(text) is not None:
        assert base.calc(text, VALUES) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected a number, an input A to L, a function or '(', found nothing more"),
        ("A+", "expected a number, an input A to L, a function or '(', found nothing more"),
        ("A 1", "expected an operator, found '1'"),
        ("(A", "expected ')', found nothing more"),
        ("A?1", "expected ':', found nothing more"),
        ("A:=1", "expected an operator, found ':=1'"),
        ("M=1", "expected a number, an input A to L, a function or '(', found 'M=1'"),
        ("ATAN2(1)", "ATAN2 takes 2 values, found 1"),
        ("(" * 60 + "A" + ")" * 60, "nested more than 50 deep"),
        ("A" * 1001, "longer than 1000 characters"),
    ],
)
def test_mistakes_say_what_was_expected(text, expected):
    with pytest.raises(CalcError) as raised:
        Expression(text)
    assert str(raised.value) == expected


def test_inputs_are_known():
    assert Expression("A=1&&MAX(b,0)>2").inputs == {"A", "B"}

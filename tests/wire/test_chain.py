"""Chains: what is joined comes apart again, and nothing can end a unit early."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cryoioc.errors import Refused
from cryoioc.wire.chain import compose, is_query, split_reply

plain = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=';"'), max_size=12)
quoted = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters='"'), max_size=12).map(
    lambda text: f'"{text}"'
)
elements = st.lists(st.one_of(plain, quoted, st.tuples(plain, quoted).map("".join)), min_size=1)


@given(elements)
def test_a_reply_comes_apart_where_it_was_joined(parts: list[str]) -> None:
    assert split_reply(";".join(parts)) == parts


@given(st.text(alphabet=';"ab '))
def test_splitting_loses_nothing(text: str) -> None:
    assert ";".join(split_reply(text)) == text


def test_an_open_quote_reaches_to_the_end() -> None:
    assert split_reply('1;"a;b') == ["1", '"a;b']


@given(elements, st.integers(1, 60))
def test_a_composed_message_is_its_units_or_refused(units: list[str], limit: int) -> None:
    assume(all(unit.strip() for unit in units))
    try:
        text = compose(units, limit)
    except Refused:
        assert len(";".join(units)) > limit
    else:
        assert len(text) <= limit
        assert split_reply(text) == units


@given(st.text(), st.text())
def test_nothing_in_a_unit_becomes_a_second_command(before: str, after: str) -> None:
    for ending in ("\n", "\r", "\0", "\u2028"):
        with pytest.raises(Refused):
            compose([before + ending + after], 10_000)


@pytest.mark.parametrize(
    "units",
    [[], [""], ["  "], ["SETP 1,5;RANGE 1,3"], ['INNAME A,"open'], ["INNAME A,\u00e9"], ["KRDG? A", ""]],
)
def test_what_cannot_be_a_unit_is_refused(units: list[str]) -> None:
    with pytest.raises(Refused):
        compose(units, 255)


def test_a_quoted_semicolon_stays_in_its_unit() -> None:
    assert compose(['INNAME A,"a;b"', "*OPC?"], 255) == 'INNAME A,"a;b";*OPC?'


def test_the_limit_is_named() -> None:
    with pytest.raises(Refused, match="message of 23 characters; the instrument takes 20"):
        compose(["KRDG? A", "KRDG? B", "KRDG? C"], 20)


@pytest.mark.parametrize("unit", ["KRDG? A", "*IDN?", "krdg?A", ":SETP? 1", " RANGE? 1"])
def test_queries(unit: str) -> None:
    assert is_query(unit)


@pytest.mark.parametrize("unit", ["SETP 1,5", "*CLS", 'INNAME A,"who?"', "?", ""])
def test_commands(unit: str) -> None:
    assert not is_query(unit)

"""Codecs: what a value is on the wire, and what is refused or not believed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryoioc.errors import Refused, ReplyError
from cryoioc.wire.codecs import Bits, Choice, Integer, Letter, Number, SixDigits, Text


@pytest.mark.parametrize("text", ["+004.215", "+4.21500", "+04.2150", " 4.215 ", "4.215", "+0.4215E+1"])
def test_a_number_is_parsed_by_value_not_by_column(text: str) -> None:
    assert Number(3).parse(text) == pytest.approx(4.215)


@pytest.mark.parametrize("text", ["", "nan", "inf", "+", "1_0", "0x10", "4,2", "T.OVER", "4.2%", "١٢"])
def test_what_is_no_number_is_an_error(text: str) -> None:
    with pytest.raises(ReplyError):
        Number(3).parse(text)


@given(st.floats(min_value=-1e4, max_value=1e4))
def test_encoding_is_idempotent(value: float) -> None:
    codec = Number(3)
    once = codec.format(value)
    assert codec.format(codec.parse(once)) == once
    assert codec.same(value, codec.parse(once))
    assert once != "-0.000"


@given(st.floats(min_value=1e-4, max_value=9e3))
def test_six_digits_keep_a_relative_part_in_a_hundred_thousand(value: float) -> None:
    codec = SixDigits()
    text = codec.format(value)
    assert len(text.replace(".", "").lstrip("0")) <= 6
    assert abs(codec.parse(text) - value) <= max(0.51e-5, 0.51e-5 * value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, "4", None])
@pytest.mark.parametrize("codec", [Number(3), SixDigits(), Integer(0, 9)])
def test_what_is_no_number_is_not_sent(codec: Number | SixDigits | Integer, value: object) -> None:
    with pytest.raises(Refused):
        codec.format(value)


def test_limits_hold_for_what_is_sent_after_rounding() -> None:
    codec = Number(1, 0.1, 100)
    assert codec.format(0.06) == "0.1"
    for value in (0.04, 100.06):
        with pytest.raises(Refused):
            codec.format(value)


def test_a_small_number_does_not_become_the_zero_that_means_something_else() -> None:
    rate = Number(1, 0, 100, smallest=0.1)
    assert rate.format(0) == "0.0"
    with pytest.raises(Refused, match="not 0"):
        rate.format(0.04)


def test_codes_and_words() -> None:
    units = Choice(("Kelvin", "Celsius", "Sensor"), (1, 2, 3))
    assert units.parse("2") == "Celsius"
    assert units.format("Sensor") == "3"
    for text in ("0", "4", "K", ""):
        with pytest.raises(ReplyError):
            units.parse(text)
    with pytest.raises(Refused):
        units.format("Fahrenheit")


def test_texts_that_would_break_the_grammar_are_refused() -> None:
    name = Text(15)
    assert name.format("Sample") == '"Sample"'
    assert name.parse("Sample         ") == "Sample"
    for text in ('a"b', "a,b", "a;b", "x" * 16, "µ", "a\n"):
        with pytest.raises(Refused):
            name.format(text)


def test_letters_and_bits() -> None:
    assert Letter(("A", "B")).parse("b") == "B"
    with pytest.raises(ReplyError):
        Letter(("A", "B")).parse("C")
    bits = Bits(((1, "Invalid"), (32, "Over range")))
    assert bits.words(bits.parse("033")) == ("Invalid", "Over range")
    with pytest.raises(ReplyError):
        bits.parse("256")


@pytest.mark.parametrize("codec", [Number(3), Integer(0, 99), Choice(("Off", "On"))])
@pytest.mark.parametrize("text", ["0\x1e", "\x1c1", "1\x85", "\xa01", "1\x0b"])
def test_a_character_that_may_have_been_a_digit_is_no_blank(codec, text):
    """Python strips them, and its own parsers do not agree about which."""
    with pytest.raises(ReplyError, match="the instrument said"):
        codec.parse(text)
    assert codec.parse(" 1 \r\n") in (1, "On")

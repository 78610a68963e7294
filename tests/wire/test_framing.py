"""Cutting a stream into lines does not depend on how the stream was cut on its way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryoioc.errors import ReplyError
from cryoioc.wire.framing import LineBuffer

LIMIT = 12
OVERLONG = "overlong"
terminators = st.sampled_from([b"\r\n", b"\n", b"\r"])
streams = st.lists(st.sampled_from([b"\r\n", b"\r", b"\n", b"a", b"1;2", b"x" * 5, b"y" * LIMIT])).map(b"".join)


def take(buffer: LineBuffer) -> list[bytes | str]:
    """Take all lines; an overlong one shows as a word."""
    lines: list[bytes | str] = []
    while True:
        try:
            line = buffer.next_line()
        except ReplyError:
            line = OVERLONG
        if line is None:
            return lines
        lines.append(line)


def expected(stream: bytes, terminator: bytes) -> list[bytes | str]:
    """Cut the whole stream at once, the naive way."""
    *lines, rest = stream.split(terminator)
    found = [line if len(line) <= LIMIT else OVERLONG for line in lines]
    return found + [OVERLONG] * (len(rest) >= LIMIT + len(terminator))


@given(streams, terminators, st.data())
def test_any_partition_gives_the_same_lines(stream: bytes, terminator: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    buffer = LineBuffer(terminator, LIMIT)
    lines: list[bytes | str] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        buffer.feed(stream[start:end])
        lines += take(buffer)
    assert lines == expected(stream, terminator)


@given(streams, terminators)
def test_one_byte_at_a_time_and_none_until_the_terminator(stream: bytes, terminator: bytes) -> None:
    buffer = LineBuffer(terminator, LIMIT)
    seen = b""
    for byte in stream:
        buffer.feed(bytes([byte]))
        seen += bytes([byte])
        lines = take(buffer)
        assert len(lines) <= 1
        assert lines in ([], [OVERLONG]) or seen.endswith(terminator)


@given(streams, terminators)
def test_what_has_not_ended_is_pending(stream: bytes, terminator: bytes) -> None:
    buffer = LineBuffer(terminator, limit=10**6)
    buffer.feed(stream)
    assert buffer.pending == stream.split(terminator)[-1]


def test_memory_is_bounded_however_long_the_line() -> None:
    buffer = LineBuffer(b"\r\n", LIMIT)
    for _ in range(1000):
        buffer.feed(b"x" * 100)
    assert len(buffer.pending) < LIMIT
    assert take(buffer) == [OVERLONG]
    buffer.feed(b"tail\r\nnext\r\n")
    assert take(buffer) == [b"next"]


def test_clear_forgets_lines_and_bytes_and_the_rest_of_an_overlong_line() -> None:
    buffer = LineBuffer(b"\n", LIMIT)
    buffer.feed(b"old\n" + b"x" * 50)
    buffer.clear()
    buffer.feed(b"new\n")
    assert take(buffer) == [b"new"]


def test_a_terminator_is_needed() -> None:
    with pytest.raises(ValueError, match="terminator"):
        LineBuffer(b"")

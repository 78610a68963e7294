"""Bytes -> lines.  ``None`` means "more bytes", and there is no fourth outcome.

A line is what stands before a terminator; where the stream was cut on its way makes no difference.
"""

from __future__ import annotations

from collections import deque

from cryoioc.errors import ReplyError


class LineBuffer:
    """Cuts a stream of bytes into lines.

    Parameters
    ----------
    terminator : bytes
        What ends a line; not part of it.
    limit : int
        Longest line believed, [bytes].  A longer one is reported once and discarded up to its
        terminator, so a babbling line cannot fill the memory.
    """

    def __init__(self, terminator: bytes, limit: int = 4096) -> None:
        if not terminator:
            raise ValueError("a line needs a terminator")
        self._terminator = terminator
        self._limit = limit
        self._lines: deque[bytes | None] = deque()  # None stands for a line beyond the limit
        self._partial = bytearray()
        self._discarding = False

    def feed(self, data: bytes) -> None:
        """Take bytes as they come, in pieces of any size."""
        self._partial += data
        while (end := self._partial.find(self._terminator)) >= 0:
            self._finish(bytes(self._partial[:end]))
            del self._partial[: end + len(self._terminator)]
        # The longest allowed line with a terminator still half on its way is not yet too long.
        if len(self._partial) >= self._limit + len(self._terminator):
            if not self._discarding:
                self._lines.append(None)
                self._discarding = True
            del self._partial[: -len(self._terminator)]

    def _finish(self, line: bytes) -> None:
        if self._discarding:
            self._discarding = False
        else:
            self._lines.append(line if len(line) <= self._limit else None)

    def next_line(self) -> bytes | None:
        """Return the oldest line not yet taken, or None when more bytes are needed.

        Raises
        ------
        ReplyError
            In place of a line longer than the limit.
        """
        if not self._lines:
            return None
        line = self._lines.popleft()
        if line is None:
            raise ReplyError(f"a line of more than {self._limit} characters")
        return line

    @property
    def pending(self) -> bytes:
        """The bytes of the line that has not ended yet."""
        return bytes(self._partial)

    def clear(self) -> None:
        """Forget every line and every byte held."""
        self._lines.clear()
        self._partial.clear()
        self._discarding = False

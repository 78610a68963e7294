"""Every error the IOC raises on purpose, split by whose fault it is.

An error is a sentence for a person: what, where, and what was expected.  Nothing here is caught in
order to be logged; caught means turned into an alarm, a refusal or a retry.
"""

from __future__ import annotations

from typing import TypeVar

E = TypeVar("E", bound=BaseException)


def kept(error: E) -> E:
    """Return an error that is to be kept: without the frames it came through, and all they hold."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


class CryoError(Exception):
    """Parent of all errors raised on purpose; never raised itself."""


class StationError(CryoError):
    """The station file is wrong.  ``lines`` holds one sentence per mistake."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Refused(CryoError):
    """A request that must not reach the instrument: limit, read-only, unknown sibling, link down."""


class Unavailable(CryoError):
    """The service cannot begin or go on, and nobody's request was wrong: another start may find it mended."""


class LinkError(CryoError):
    """The connection failed; nobody's request was wrong."""


class LinkDown(LinkError):
    """The port is closed, unplugged or refused."""


class InternalFault(LinkError):
    """Our own code failed while it dealt with one instrument: that connection is given up, the others are not."""


class ReplyTimeout(LinkError):
    """The instrument did not answer in time."""


class ReplyError(CryoError):
    """The instrument answered something that cannot be the answer: unreadable or of wrong shape."""


class DeviceRefused(CryoError):
    """The instrument understood and said no: error register set, or the read-back disagrees."""

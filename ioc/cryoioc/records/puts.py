"""A client's put, from what it sent to accepted or refused.  Nothing here knows the network."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import NamedTuple

from cryoioc.errors import CryoError, Refused
from cryoioc.records import dbr, processing
from cryoioc.records.channel import Channel, Put
from cryoioc.records.dbr import Elements
from cryoioc.records.field import Field
from cryoioc.records.guard import Origin

log = logging.getLogger(__name__)


NOBODY = Origin()


class Report(NamedTuple):
    """One put, done or refused."""

    name: str  # full name of record or field
    origin: Origin
    was: object  # value before
    asked: object  # value asked for, as the record understood it or as it was sent
    refusal: str | None = None  # the reason


@dataclass
class Hooks:
    """Who is told of every put, before it is completed."""

    refused: Callable[[Channel, str], None] | None = field(default=None)  # each refusal and its reason, for a MSG
    accepted: Callable[[Put], None] | None = field(default=None)  # each put of a value that was done
    reported: Callable[[Report], None] | None = field(default=None)  # all of it, for a log
    field_put: Callable[[Field], None] | None = field(default=None)  # each put of a field that was done

    def refuse(self, channel: Channel, origin: Origin, reason: str, asked: object = None, what: str = "") -> None:
        """Pass a refusal on, and show the former value again to panels that already show the new one."""
        self.report(Report(channel.full_name + what, origin, channel.value, asked, reason))
        if self.refused is not None:
            self.refused(channel, reason)
        if not channel.plain:
            channel.show_again()

    def accept(self, request: Put, origin: Origin) -> None:
        """Pass on that a put is done."""
        self.report(Report(request.channel.full_name, origin, request.was, request.value))
        if self.accepted is not None:
            self.accepted(request)

    def report(self, report: Report) -> None:
        """Tell the log."""
        if log.isEnabledFor(logging.INFO):
            who = f"{report.origin.user!r}@{report.origin.host!r} ({report.origin.peer})"
            ending = "" if report.refusal is None else f" refused: {report.refusal}"
            log.info("%s: put %r, was %r, by %s%s", report.name, report.asked, report.was, who, ending)
        if self.reported is not None:
            self.reported(report)


def begin(channel: Channel, elements: Elements, origin: Origin, hooks: Hooks) -> Coroutine[None, None, None] | None:
    """Carry out a put to a record nobody handles; return what is to be awaited of any other, None when it is done.

    Raises
    ------
    CryoError
        When it was refused, as for :func:`put`.
    """
    if channel.on_put is not None or channel.record.command or channel.turn.locked():
        return put(channel, elements, origin, hooks)
    try:
        request = _checked(channel, elements, origin)
        channel.take(request.value)
    except CryoError as error:
        hooks.refuse(channel, origin, str(error), plain(elements))
        raise
    except Exception as error:
        raise _fault(channel, error, elements, origin, hooks) from error
    hooks.accept(request, origin)
    return None


async def put(channel: Channel, elements: Elements, origin: Origin = NOBODY, hooks: Hooks | None = None) -> None:
    """Carry out a put; return when it is done.

    Raises
    ------
    CryoError
        When it was refused, with the reason for the user; ``hooks`` have been told.
    """
    hooks = hooks or Hooks()
    async with channel.turn:
        try:
            request = _checked(channel, elements, origin)
            await (_run_command(request) if channel.record.command else _write(request))
        except CryoError as error:
            hooks.refuse(channel, origin, str(error), plain(elements))
            raise
        except Exception as error:
            raise _fault(channel, error, elements, origin, hooks) from error
        hooks.accept(request, origin)


def _fault(
    channel: Channel, error: Exception, elements: Elements, origin: Origin, hooks: Hooks, what: str = ""
) -> Refused:
    """Return the refusal of a put that a fault of ours has ended: it must not end the service of anything else."""
    log.error("%s: put failed", channel.name + what, exc_info=error)
    reason = f"internal error: {type(error).__name__}"
    hooks.refuse(channel, origin, reason, plain(elements), what)
    return Refused(reason)


def _checked(channel: Channel, elements: Elements, origin: Origin) -> Put:
    channel.refuse_if_disabled()
    value, index = channel.check(elements)
    return Put(channel, value, index, origin.user, origin.host, origin.peer, channel.value)


def plain(elements: Elements) -> object:
    """Return what was sent as a person would say it."""
    if isinstance(elements, bytes):
        return dbr.decoded(elements)
    return elements[0] if len(elements) == 1 else tuple(elements)


def put_field(field: Field, elements: Elements, origin: Origin, hooks: Hooks) -> Coroutine[None, None, None] | None:
    """Put a field of a record; PROC carries the record out.

    Returns
    -------
    coroutine or None
        What is to be awaited; None when it is done.

    Raises
    ------
    CryoError
        When it was refused, as for :func:`put`.
    """
    channel, what = field.channel, f".{field.name.rpartition('.')[2]}"
    try:
        if channel.disp and not field.name.endswith(".DISP"):
            raise Refused("puts are disabled (DISP)")
        was = field.value()
        field.write(elements)
    except Refused as error:
        hooks.refuse(channel, origin, f"{what[1:]}: {error}", plain(elements), what)
        raise
    except Exception as error:
        raise _fault(channel, error, elements, origin, hooks, what) from error
    hooks.report(Report(channel.full_name + what, origin, was, field.value()))
    if hooks.field_put is not None:
        hooks.field_put(field)
    return _process(channel, origin, hooks) if field.name.endswith(".PROC") else None


def acknowledge(channel: Channel, kind: int, elements: Elements, origin: Origin, hooks: Hooks) -> None:
    """Acknowledge alarms (PUT_ACKS), or say whether those that have gone must be (PUT_ACKT)."""
    number = int(elements[0])
    if kind == dbr.PUT_ACKS:
        was, name = channel.to_acknowledge, "ACKS"
        channel.acknowledge(number)
    else:
        was, name = channel.acknowledge_transient, "ACKT"
        channel.set_acknowledge_transient(number)
    hooks.report(Report(f"{channel.full_name}.{name}", origin, was, number))


def _process(channel: Channel, origin: Origin, hooks: Hooks) -> Coroutine[None, None, None] | None:
    """Run a command, put the present value of a setting again, leave a readback to the IOC."""
    if channel.plain:
        processing.process(channel)
        return None
    if channel.record.command:
        return put(channel, (1,), origin, hooks)
    if channel.accepts_puts and not channel.valid:
        hooks.refuse(channel, origin, "value is unknown")
        raise Refused("value is unknown")
    if channel.accepts_puts:
        return begin(channel, channel.elements(), origin, hooks)
    return None


async def _write(request: Put) -> None:
    if request.channel.on_put is None:
        request.channel.take(request.value)
    else:
        await request.channel.on_put(request)


async def _run_command(request: Put) -> None:
    """Read 1 while the command runs and 0 afterwards; a put of 0 asks for nothing."""
    if not request.index:
        return
    channel = request.channel
    channel.post(1)
    try:
        if channel.on_put is not None:
            await channel.on_put(request)
    finally:
        channel.post(0)

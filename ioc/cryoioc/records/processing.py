"""What EPICS base does with a record that has no device support, when a client puts to it (``dbProcess``).

Only for records that do not refuse and that nobody handles.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

from cryoioc.records import menus
from cryoioc.records.alarms import NO_ALARM, STATUSES, Alarm
from cryoioc.records.declaration import FLOATS, LONG_STRINGS
from cryoioc.records.held import OUTPUTS
from cryoioc.records.source import ALARM, VALUE

if TYPE_CHECKING:
    from cryoioc.records.channel import Channel

_SIMULATED, _DISABLED = STATUSES.index("SIMM"), STATUSES.index("DISABLE")
ARRAYS = ("waveform", "charin", "charout")
_SUBSTITUTED = menus.IVOA.index("Set output to IVOV")
DEFINED_BY_PROCESSING = ("ai", "ao", "longin", "bi", "mbbi", *ARRAYS)
_PASSIVE, _ON_INTERRUPT = menus.SCAN.index("Passive"), menus.SCAN.index("I/O Intr")


def put(channel: Channel, value: Any) -> None:
    """Take a client's value; a record that is not passive is processed when its time comes."""
    channel.hold(value)
    channel.undefined = False
    channel.forget_encoded()
    if channel.scan == _PASSIVE:
        process(channel)


def process(channel: Channel) -> None:
    """Process a record: simulate, convert, judge, tell."""
    held = channel.held
    if held["DISA"] == held["DISV"]:
        _disable(channel)
        return
    kind = channel.record.kind
    simulated = Alarm(_SIMULATED, held["SIMS"]) if held["SIMM"] else NO_ALARM
    before, behind = NO_ALARM, NO_ALARM
    if kind in OUTPUTS:
        before, behind = channel.convert(), simulated
    elif held["SIMM"]:
        before = NO_ALARM.or_worse(simulated)
        _simulate(channel)
    if kind in DEFINED_BY_PROCESSING:
        channel.undefined = kind in FLOATS and math.isnan(channel.number)
    stamped = not (kind == "mbbo" and channel.undefined)
    channel.update(before, channel.always_posted(), simulated=behind, stamped=stamped)
    for field in list(channel.watched):
        field.refresh(0)
    if kind == "bo" and channel.index == 1 and held["HIGH"] > 0:
        _start(channel, "HIGH", held["HIGH"], _end_pulse)


def _disable(channel: Channel) -> None:
    if channel.alarm.status == _DISABLED:
        return
    channel.alarm = Alarm(_DISABLED, channel.held["DISS"])
    channel.forget_encoded()
    channel.tell(VALUE | ALARM)


def _simulate(channel: Channel) -> None:
    """Take the simulated value instead of what was put."""
    if channel.record.kind in ARRAYS:  # there is nothing it could be simulated by
        channel.hold(b"" if channel.record.kind in LONG_STRINGS else ())
        return
    value = channel.held["SVAL"]
    if channel.held["SIMM"] == menus.SIMM.index("RAW"):
        value = channel.held["RVAL"] = math.floor(value)
    channel.hold(value)
    channel.undefined = False


def substitute(channel: Channel) -> None:
    """Do with an output in INVALID what IVOA says."""
    if channel.record.kind in OUTPUTS and channel.held["IVOA"] == _SUBSTITUTED:
        channel.hold(channel.held["IVOV"])
        channel.convert()


def scan(channel: Channel, how: int) -> None:
    """Process a record from now on as SCAN says; nothing here could interrupt, so that becomes passive."""
    cancel(channel, "SCAN")
    channel.scan = _PASSIVE if how == _ON_INTERRUPT else how
    if menus.PERIODS[channel.scan]:
        _start(channel, "SCAN", menus.PERIODS[channel.scan], _scanned)


def _scanned(channel: Channel) -> None:
    _start(channel, "SCAN", menus.PERIODS[channel.scan], _scanned)
    process(channel)


def _end_pulse(channel: Channel) -> None:
    channel.hold(0)
    process(channel)


def _start(channel: Channel, name: str, seconds: float, then: Any) -> None:
    cancel(channel, name)
    channel.timers[name] = asyncio.get_running_loop().call_later(seconds, then, channel)


def cancel(channel: Channel, name: str) -> None:
    """Stop a timer of a record."""
    timer = channel.timers.pop(name, None)
    if timer is not None:
        timer.cancel()

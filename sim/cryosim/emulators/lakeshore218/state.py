"""The state of one monitor and the ways to change it; no bytes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cryosim.emulators.lakeshore.alarms import energised
from cryosim.emulators.lakeshore.grammar import CommandError, ExecutionError
from cryosim.emulators.lakeshore.inputs import OpenCircuit
from cryosim.emulators.lakeshore.numbers import parse_whole
from cryosim.emulators.lakeshore.rows import Scope
from cryosim.emulators.lakeshore218.datalog import DataLog, Logged
from cryosim.emulators.lakeshore218.inputs import UNITS_OVER, UNITS_UNDER, Input
from cryosim.emulators.lakeshore218.memory import INPUTS, USER, GroupRecord, InputRecord, LogRecord, Memory
from cryosim.emulators.lakeshore218.options import Options
from cryosim.emulators.lakeshore218.settings import Group
from cryosim.emulators.lakeshore218.status import Status
from cryosim.emulators.ports import SensorPort

BEGINNING = datetime.datetime(1999, 2, 3, 15, 30, tzinfo=datetime.UTC)
"""What the clock says when it was never set; it knows no time zone."""


class State:
    """Everything the command handlers work on.

    Parameters
    ----------
    identity : str
        Reply of ``*IDN?``.
    sensors : mapping of int to SensorPort
        By number of the input; inputs left out are open.
    options : Options
    """

    def __init__(self, identity: str, sensors: Mapping[int, SensorPort], options: Options) -> None:
        self.identity, self.options = identity, options
        self.memory = Memory()
        self.status = Status()
        self.log = DataLog()
        self.now = BEGINNING
        self.inputs = {number: Input(number, sensors.get(number, OpenCircuit()), options) for number in INPUTS}

    # --- settings --------------------------------------------------------------------------------

    def key(self, group: Group, text: str | None) -> Any:
        """Return whose record an index names; CommandError when it is left out, ExecutionError for a wrong one."""
        if group.row.scope is Scope.PANEL:
            return None
        if text is None:
            raise CommandError(group.row.mnemonic)
        members = group.table(self.memory)
        key = text.upper() if text.upper() in members else parse_whole(text)
        if key not in members:
            raise ExecutionError(text)
        return key

    def store(self, group: Group, key: Any, new: Any) -> None:
        """Store a record, with everything else that changes with it."""
        table = group.table(self.memory)
        if isinstance(new, InputRecord):
            new = self._settled(key, table[key], new)
        if new == table[key]:
            return
        table[key] = new
        if isinstance(new, GroupRecord):
            self._retype(key)
        elif isinstance(new, InputRecord):
            self.inputs[key].restart()
        elif isinstance(new, LogRecord) or table is self.memory.log_readings:
            self.log.erase()

    def _settled(self, number: int, old: InputRecord, new: InputRecord) -> InputRecord:
        """Return what an input takes of a new curve (5.1: a user curve belongs to one input)."""
        if new.curve == old.curve or new.curve == 0:
            return new
        if new.curve not in self.memory.curves or (new.curve in USER and new.curve != 20 + number):
            raise ExecutionError(new.curve)
        if self.memory.fits(number, new.curve):
            return new
        if self.options.curve_mismatch == "kept":
            raise ExecutionError(new.curve)
        return replace(new, curve=0)

    def _retype(self, letter: str) -> None:
        """Four inputs have another sensor type: curves that do not fit any more are taken away."""
        for number in INPUTS[:4] if letter == "A" else INPUTS[4:]:
            record = self.memory.inputs[number]
            if record.curve and not self.memory.fits(number, record.curve):
                self.memory.inputs[number] = replace(record, curve=0)
            self.inputs[number].restart()

    # --- outputs ---------------------------------------------------------------------------------

    def relay_on(self, number: int) -> bool:
        """Say whether a relay is energised (4.11)."""
        relay = self.memory.relays[number]
        return energised(relay.mode, relay.kind, self.inputs[relay.input].alarm)

    def percent(self, number: int) -> float:
        """Return an analog output, [%] (4.8)."""
        setup = self.memory.analogs[number]
        lowest = -100.0 if setup.bipolar else 0.0
        if setup.mode == 0 or (setup.mode == 1 and setup.high == setup.low):
            return 0.0
        wanted = setup.manual
        if setup.mode == 1:
            part = (self.inputs[setup.input].value(setup.source, self.memory) - setup.low) / (setup.high - setup.low)
            wanted = lowest + part * (100.0 - lowest)
        return min(max(wanted, lowest), 100.0)

    @property
    def status_byte(self) -> int:
        """``*STB?``."""
        return self.status.byte(
            overload=any(channel.shown.status for channel in self.inputs.values()),
            alarm=any(channel.alarm.high or channel.alarm.low for channel in self.inputs.values()),
            log_done=self.log.done,
        )

    # --- time and power --------------------------------------------------------------------------

    def measure(self) -> None:
        """Take one reading of every input that is on."""
        for channel in self.inputs.values():
            channel.measure(self.memory)
        self.status.new_reading = True

    def pass_time(self, dt: float) -> None:
        """Let ``dt`` seconds pass for clock and log, [s]."""
        self.now += datetime.timedelta(seconds=dt)
        setup = self.memory.log[None]
        wanted = [self.memory.log_readings[n] for n in range(1, setup.readings + 1)]
        self.log.advance(dt, self.now, tuple(self._logged(one.input, one.source) for one in wanted), self.memory)

    def _logged(self, number: int, source: int) -> Logged:
        channel = self.inputs[number]
        status = 1 * channel.alarm.low | 2 * channel.alarm.high
        if channel.shown.status:
            status |= 8 if channel.shown.status & (UNITS_UNDER | UNITS_OVER) else 4
        return Logged(channel.value(source, self.memory), status, source)

    def power_up(self) -> None:
        """Lose what is volatile; the log goes on by itself (5.3.4)."""
        for channel in self.inputs.values():
            channel.power_up()

    def factory_reset(self) -> None:
        """Set everything to factory defaults (``DFLT 99``); user curves stay."""
        curves = self.memory.curves
        self.memory = Memory(curves=curves)
        self.log.erase()
        self.power_up()

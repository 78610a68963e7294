"""The monitor as the line and the world see it: bytes in and out, sixteen readings a second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cryosim.emulators.lakeshore.grammar import (
    CommandError,
    Framer,
    RefusedError,
    Unit,
    listed,
    parse_unit,
    split_units,
)
from cryosim.emulators.lakeshore218.commands import COMMANDS
from cryosim.emulators.lakeshore218.inputs import period
from cryosim.emulators.lakeshore218.memory import Memory
from cryosim.emulators.lakeshore218.options import Options
from cryosim.emulators.lakeshore218.queries import ONLY_S, QUERIES
from cryosim.emulators.lakeshore218.settings import GROUPS, SPELLINGS, Group
from cryosim.emulators.lakeshore218.state import State
from cryosim.emulators.ports import SensorPort

TERMINATOR = b"\r\n"
LIMIT = 64
"""Characters of one message, terminators included (6.2.4)."""


class Monitor:
    """A Lake Shore 218; implements :class:`cryosim.emulators.ports.Instrument`.

    Parameters
    ----------
    sensors : mapping of int to SensorPort
        What each input, 1 to 8, is wired to; one left out is open.
    serial, firmware : str
        For ``*IDN?``: six characters and a date.
    options : Options
        Readings of what is not documented.

    Attributes
    ----------
    mute : set of str
        Queries never answered, as if the instrument did not know them: a mnemonic (``"KRDG"``) or a
        whole query (``"KRDG? 1"``).
    """

    def __init__(
        self, sensors: Mapping[int, SensorPort], *, serial: str = "218123", firmware: str = "032406",
        options: Options | None = None,
    ) -> None:  # fmt: skip
        self.options = options or Options()
        self.mute: set[str] = set()
        self._state = State(f"LSCI,MODEL{self.options.model},{serial},{firmware}", sensors, self.options)
        self._framer = Framer(LIMIT)
        self._elapsed = 0.0
        self._state.measure()

    # --- the line --------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Take bytes as they arrive; return the replies of the messages they complete."""
        answers = (self._message(message) for message in self._framer.feed(data))
        return b"".join(answer.encode("ascii") + TERMINATOR for answer in answers if answer)

    def _message(self, message: str | None) -> str:
        """Carry out one message; return the answer to its last query (6.2.4)."""
        if message is None:
            if self.options.overlong == "CME":
                self._state.status.event |= CommandError.bit
            return ""
        units = split_units(message)
        last = max((n for n, text in enumerate(units) if _asks(text)), default=-1)
        answer = ""
        for n, text in enumerate(units):
            if _asks(text) and n != last and self.options.earlier_queries == "dropped":
                continue
            try:
                unit = parse_unit(text)
                if unit.query:
                    answer = self._query(unit)
                else:
                    self._command(unit)
            except RefusedError as refusal:
                self._state.status.event |= refusal.bit
                answer = "" if _asks(text) else answer
        return answer

    def _query(self, unit: Unit) -> str:
        name = SPELLINGS.get(unit.mnemonic, unit.mnemonic)
        if listed(unit, self.mute):
            raise CommandError(name)
        if name in QUERIES and (self.options.model == "218S" or name not in ONLY_S):
            return QUERIES[name](self._state, unit.parameters)
        group = self._group(name)
        if len(unit.parameters) > group.row.indices:
            raise CommandError(name)
        key = self._state.key(group, next(iter(unit.parameters), None))
        return group.row.show(group.table(self._state.memory)[key])

    def _command(self, unit: Unit) -> None:
        name, parameters = SPELLINGS.get(unit.mnemonic, unit.mnemonic), unit.parameters
        if name in COMMANDS:
            COMMANDS[name](self._state, parameters)
            return
        group = self._group(name)
        if len(parameters) <= group.row.indices:
            return  # a query without its question mark: nothing (6.2.7.3)
        key = self._state.key(group, parameters[0])
        values = group.row.read(parameters[group.row.indices :], self.options)
        self._state.store(group, key, replace(group.table(self._state.memory)[key], **values))

    def _group(self, name: str) -> Group:
        group = GROUPS.get(name)
        if group is None or (group.only_s and self.options.model != "218S"):
            raise CommandError(name)
        return group

    # --- the world -------------------------------------------------------------------------------

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass, [s]; the more inputs are on, the rarer each is read."""
        self._elapsed += dt
        while self._elapsed >= (pause := period(self._state.memory)) - 1e-9:
            self._elapsed -= pause
            self._state.measure()
        self._state.pass_time(dt)

    def power_cycle(self) -> None:
        """Mains off and on: settings, curves and log stay, everything volatile is lost."""
        self._framer.clear()
        self._elapsed = 0.0
        self._state.status.power_up()
        self._state.power_up()
        self._state.measure()

    @property
    def memory(self) -> Memory:
        """What the instrument has stored, for tests and faults; the wire is the way to change it."""
        return self._state.memory


def _asks(text: str) -> bool:
    return "?" in text.split('"')[0]

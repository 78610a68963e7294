"""The instrument as the line and the world see it: bytes in and out, ten periods a second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cryosim.emulators.lakeshore import status
from cryosim.emulators.lakeshore.commands import COMMANDS
from cryosim.emulators.lakeshore.control import PERIOD
from cryosim.emulators.lakeshore.curves import TEMPERATURE_OVER
from cryosim.emulators.lakeshore.face import FACES, Model
from cryosim.emulators.lakeshore.grammar import (
    CommandError,
    Framer,
    RefusedError,
    Unit,
    listed,
    parse_unit,
    split_units,
)
from cryosim.emulators.lakeshore.inputs import UNITS_OVER
from cryosim.emulators.lakeshore.memory import Memory
from cryosim.emulators.lakeshore.options import Options
from cryosim.emulators.lakeshore.queries import ANALOG_OUTPUTS_ONLY, ETHERNET_ONLY, QUERIES
from cryosim.emulators.lakeshore.settings import rows
from cryosim.emulators.lakeshore.state import State
from cryosim.emulators.ports import HeaterPort, SensorPort

TERMINATOR = b"\r\n"


class LakeShore:
    """A Lake Shore 335, 336 or 350; implements :class:`cryosim.emulators.ports.Instrument`.

    Parameters
    ----------
    model : str
        ``"lakeshore335"``, ``"lakeshore336"`` or ``"lakeshore350"``.
    inputs : mapping of str to SensorPort
        What each input, by letter, is wired to; one left out is open.
    outputs : mapping of int to HeaterPort
        What each output is wired to; one left out is open.
    serial, firmware : str
        For ``*IDN?``.
    seed : int
        The instrument itself draws nothing at random; noise comes with the ports.
    options : Options
        Readings of what is not documented.

    Attributes
    ----------
    mute : set of str
        Queries never answered, as if the instrument did not know them: a mnemonic (``"KRDG"``) or a
        whole query (``"KRDG? A"``).  What happens to the rest of a chain says ``Options.bad_unit``.
    limited : bool
        Whether a TLIMIT has ever switched an output off: for who watches, no query of the instrument.
    """

    def __init__(
        self,
        model: Model,
        inputs: Mapping[str, SensorPort],
        outputs: Mapping[int, HeaterPort],
        *,
        serial: str = "335A12T",
        firmware: str = "3.2",
        seed: int = 1,
        options: Options | None = None,
    ) -> None:
        self.options = options or Options()
        self.mute: set[str] = {"EMUL"} if self.options.emulation_query == "silent" else set()
        face = FACES[model]
        identity = f"LSCI,{face.identity},{serial}/{self.options.option_serial},{firmware}"
        self._state = State(face, self.options, identity, inputs, outputs)
        self._rows = rows(face, self.options)
        missing = ANALOG_OUTPUTS_ONLY if face.heater_type else frozenset()
        self._queries = QUERIES.keys() - missing - (frozenset() if face.ethernet else ETHERNET_ONLY)
        self._framer = Framer()
        self._elapsed = 0.0
        self.limited = False
        self._measure()

    def heats(self) -> bool:
        """Say whether the range of any output is on: for who watches, no query of the instrument."""
        return any(output.settings.range > 0 for output in self._state.outputs.values())

    # --- the line --------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Take bytes as they arrive; return the replies of the messages they complete."""
        answers = (self._message(message) for message in self._framer.feed(data))
        return b"".join(answer.encode("ascii") + TERMINATOR for answer in answers if answer)

    def _message(self, message: str | None) -> str:
        """Carry out one message; return its reply, the queries' answers joined by ``;``."""
        if message is None:
            if self.options.overlong == "CME":
                self._state.status.event |= CommandError.bit
            return ""
        answers: list[str] = []
        for text in split_units(message):
            try:
                unit = parse_unit(text)
                if unit.query:
                    answers.append(self._query(unit))
                else:
                    self._command(unit)
            except RefusedError as refusal:
                self._state.status.event |= refusal.bit
                # A command out of range spoils nothing: the maker's driver reads *ESR? behind it (2.5).
                if isinstance(refusal, CommandError) or "?" in text:
                    if self.options.bad_unit == "all":
                        return ""
                    if self.options.bad_unit == "rest":
                        break
        return ";".join(answers)

    def _query(self, unit: Unit) -> str:
        name, parameters = unit.mnemonic, unit.parameters
        if listed(unit, self.mute):
            raise CommandError(name)
        if name in self._queries:
            return QUERIES[name](self._state, parameters)
        row = self._rows.get(name)
        if row is None or len(parameters) > row.indices:
            raise CommandError(name)
        return row.show(self._state.record(self._state.key(row, parameters), row.scope))

    def _command(self, unit: Unit) -> None:
        name, parameters = unit.mnemonic, unit.parameters
        if name in COMMANDS:
            COMMANDS[name](self._state, parameters)
            return
        row = self._rows.get(name)
        lone = name in self._queries if row is None else len(parameters) <= row.indices
        if lone and self.options.lone_mnemonic == "silent":
            return
        if row is None:
            raise CommandError(name)
        key = self._state.key(row, parameters)
        values = row.read(parameters[row.indices :], self.options)
        self._state.store(key, replace(self._state.record(key, row.scope), **values))

    # --- the world -------------------------------------------------------------------------------

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass, [s]; readings and loops are updated every 0.1 s of them."""
        self._elapsed += dt
        while self._elapsed >= PERIOD - 1e-9:
            self._elapsed -= PERIOD
            self._tick()

    def power_cycle(self) -> None:
        """Mains off and on: settings stay, everything volatile is lost (6.6)."""
        self._framer.clear()
        self._elapsed = 0.0
        self._state.status.power_up()
        self._state.power_up()
        self._measure()

    def press(self, keys: str) -> None:
        """Do what somebody does at the front panel, said in the words of the commands; it is not answered."""
        self._message(keys)

    def press_all_off(self) -> None:
        """Press ALL OFF on the front panel: works when locked, does not reach Monitor Out (5.4)."""
        for output in self._state.outputs.values():
            output.turn_off()

    @property
    def memory(self) -> Memory:
        """What the instrument has stored, for tests and faults; the wire is the way to change it."""
        return self._state.memory

    def _tick(self) -> None:
        self._measure()
        self._check_temperature_limits()
        for output in self._state.outputs.values():
            output.tick(self._state.inputs, self._state.outputs)
        self._tick_autotune()
        self._state.status.update(self._condition())

    def _measure(self) -> None:
        """Take one reading of every input."""
        memory = self._state.memory
        for letter, channel in self._state.inputs.items():
            memory.inputs[letter] = channel.measure(memory.inputs[letter], memory.curve_of(letter))

    def _check_temperature_limits(self) -> None:
        """Turn every control output off when any reading is above its TLIMIT (6.5)."""
        for letter, channel in self._state.inputs.items():
            limit = self._state.memory.inputs[letter].limit
            if limit > 0.0 and channel.control.usable and channel.control.kelvin > limit:
                self.limited = self.limited or self.heats()
                self.press_all_off()

    def _tick_autotune(self) -> None:
        tune = self._state.autotune
        if not tune.active:
            return
        output = self._state.outputs[tune.output]
        letter = output.control_input
        tune.tick(output, letter is not None and self._state.inputs[letter].control.usable)

    def _condition(self) -> int:
        """Return the operation condition register after this period (3.1)."""
        state = self._state
        bits = status.NEW_READING
        for letter, channel in state.inputs.items():
            alarming = channel.alarm.high or channel.alarm.low
            if alarming and state.memory.inputs[letter].alarm_visible:
                bits |= status.ALARM
            if channel.control.status & (UNITS_OVER | TEMPERATURE_OVER):
                bits |= status.OVERLOAD
        for number, bit in ((1, status.RAMP_1_DONE), (2, status.RAMP_2_DONE)):
            if state.outputs[number].ramp_done:
                bits |= bit
        return bits if state.autotune.active else bits | status.NOT_TUNING

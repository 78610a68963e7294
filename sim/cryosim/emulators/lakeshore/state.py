"""The state of one instrument and the ways to address and change it; no bytes, no time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar, cast

from cryosim.emulators.lakeshore import effects
from cryosim.emulators.lakeshore.arguments import Parameters
from cryosim.emulators.lakeshore.autotune import Autotune
from cryosim.emulators.lakeshore.face import Face
from cryosim.emulators.lakeshore.grammar import CommandError, ExecutionError
from cryosim.emulators.lakeshore.inputs import Input, OpenCircuit
from cryosim.emulators.lakeshore.memory import (
    FieldSettings,
    InputSettings,
    Memory,
    OutputSettings,
    PanelSettings,
    RelaySettings,
    Settings,
    ZoneSettings,
    factory_memory,
)
from cryosim.emulators.lakeshore.numbers import SIX_DIGITS, THREE_DECIMALS, Places, parse_whole, signed
from cryosim.emulators.lakeshore.options import Options
from cryosim.emulators.lakeshore.outputs import Output
from cryosim.emulators.lakeshore.rows import Row, Scope
from cryosim.emulators.lakeshore.status import Status
from cryosim.emulators.ports import HeaterPort, SensorPort

Member = TypeVar("Member")
Key = str | int | tuple[int, int] | None


class State:
    """Everything the command handlers work on.

    Parameters
    ----------
    face : Face
    options : Options
    identity : str
        Reply of ``*IDN?``.
    sensors : mapping of str to SensorPort
        By input letter; inputs left out are open.
    heaters : mapping of int to HeaterPort
        By output number; outputs left out have nothing connected.
    """

    def __init__(
        self,
        face: Face,
        options: Options,
        identity: str,
        sensors: Mapping[str, SensorPort],
        heaters: Mapping[int, HeaterPort],
    ) -> None:
        self.face = face
        self.options = options
        self.identity = identity
        self.memory: Memory = factory_memory(face, options)
        self.status = Status()
        self.inputs = {letter: Input(sensors.get(letter, OpenCircuit()), options) for letter in face.inputs}
        self.outputs = {
            output.number: Output(face, output, heaters.get(output.number), self.memory, options)
            for output in face.outputs
        }
        self.autotune = Autotune(options)

    # --- addressing ------------------------------------------------------------------------------

    def letter(self, text: str | None) -> str:
        """Return the letter of an input.

        Raises
        ------
        CommandError, ExecutionError
            When it is left out, or the model has no such input.
        """
        if text is None:
            raise CommandError("input")
        return self.member(text.upper(), self.face.inputs)

    def output(self, text: str | None, allowed: Sequence[int] | None = None) -> Output:
        """Return an output by its number, out of those ``allowed``; raises as :meth:`letter`."""
        if text is None:
            raise CommandError("output")
        return self.outputs[self.member(parse_whole(text), allowed or self.face.numbers)]

    def member(self, value: Member, members: Sequence[Member]) -> Member:
        """Return ``value`` if it is one of ``members``; raises as the options say."""
        if value not in members:
            raise CommandError(value) if self.options.no_such_channel == "CME" else ExecutionError(value)
        return value

    def key(self, row: Row, parameters: Parameters) -> Key:
        """Return whose record a row's index parameters name."""
        indices = [*parameters[: row.indices], None, None]
        first = indices[0] if indices[0] is not None else row.default
        if row.scope is Scope.PANEL:
            return None
        if row.scope is Scope.INPUT:
            letter = self.letter(first)
            return letter if row.members is None else self.member(letter, cast(tuple[str, ...], row.members))
        if first is None:
            raise CommandError(row.mnemonic)
        if row.scope is Scope.RELAY:
            return self.member(parse_whole(first), tuple(self.memory.relays))
        if row.scope is Scope.FIELD:
            return self.member(parse_whole(first), tuple(self.memory.fields))
        number = self.output(first, cast("tuple[int, ...] | None", row.members)).number
        if row.scope is Scope.OUTPUT:
            return number
        if indices[1] is None:
            raise CommandError(row.mnemonic)
        zone = parse_whole(indices[1])
        if not 1 <= zone <= 10:
            raise ExecutionError(zone)
        return number, zone

    def record(self, key: Key, scope: Scope) -> Settings:
        """Return the present record of a scope."""
        if scope is Scope.PANEL:
            return self.memory.panel
        table = {
            Scope.INPUT: self.memory.inputs,
            Scope.OUTPUT: self.memory.outputs,
            Scope.ZONE: self.memory.zones,
            Scope.RELAY: self.memory.relays,
            Scope.FIELD: self.memory.fields,
        }[scope]
        return cast("dict[Key, Settings]", table)[key]

    # --- changing --------------------------------------------------------------------------------

    def store(self, key: Key, new: Settings) -> None:
        """Store a record, with everything else that changes with it.

        Raises
        ------
        ExecutionError
            When the instrument cannot be set so; nothing has changed then.
        """
        if isinstance(new, InputSettings):
            self._store_input(cast(str, key), new)
        elif isinstance(new, OutputSettings):
            self._store_output(cast(int, key), new)
        elif isinstance(new, ZoneSettings):
            self.memory.zones[cast("tuple[int, int]", key)] = new
        elif isinstance(new, RelaySettings):
            self.memory.relays[cast(int, key)] = new
        elif isinstance(new, FieldSettings):
            self.memory.fields[cast(int, key)] = new
        elif isinstance(new, PanelSettings):
            self.memory.panel = new

    def _store_input(self, letter: str, wanted: InputSettings) -> None:
        old = self.memory.inputs[letter]
        new = effects.settle_input(old, wanted, self.memory.curves, self.face, self.options)
        self.memory.inputs[letter] = new
        if effects.extremes_changed(old, new):
            self.inputs[letter].restart()
        for output in self.outputs.values():
            if output.control_input != letter:
                continue
            self.memory.outputs[output.number] = effects.convert_setpoint(
                output.settings, old, new, self.memory.curves
            )
            if effects.setup_changed(old, new, self.options):
                output.turn_off()
                output.freeze_ramp()

    def _store_output(self, number: int, wanted: OutputSettings) -> None:
        output = self.outputs[number]
        old, before = output.settings, output.control_input
        self.memory.outputs[number] = effects.settle_output(old, wanted, number, self.face, self.options)
        after = output.control_input
        if before and after and before != after:
            # The setpoint stays the same temperature when the new input prefers other units.
            self.memory.outputs[number] = effects.convert_setpoint(
                output.settings, self.memory.inputs[before], self.memory.inputs[after], self.memory.curves
            )
        effects.follow_output(old, output)

    def power_up(self) -> None:
        """Lose what is volatile; ranges come back only where power-up is enabled (6.6)."""
        self.memory.panel = replace(self.memory.panel, interface_mode=0)
        for channel in self.inputs.values():
            channel.power_up()
        for output in self.outputs.values():
            output.power_up()
        self.autotune.power_up()

    def factory_reset(self) -> None:
        """Set everything to factory defaults (``DFLT 99``); user curves as the options say."""
        fresh = factory_memory(self.face, self.options)
        kept = fresh.curves if self.options.default_erases_curves else self.memory.curves
        for name in ("inputs", "outputs", "zones", "relays", "fields", "panel"):
            setattr(self.memory, name, getattr(fresh, name))
        self.memory.curves = kept
        self.power_up()

    # --- texts -----------------------------------------------------------------------------------

    def temperature_text(self, value: float) -> str:
        """Write a temperature, [K] or [C]."""
        return signed(value, self._temperature_places)

    def short_text(self, value: float) -> str:
        """Write a value of five places, as in the list of all inputs (2.7)."""
        whole, decimals = self._temperature_places
        return signed(value, Places(whole, decimals - 1))

    def text_in(self, value: float, units: int) -> str:
        """Write a value in the units of INTYPE; sensor units have six digits."""
        return self.temperature_text(value) if units in (1, 2) else signed(value, SIX_DIGITS)

    @property
    def _temperature_places(self) -> Places:
        return THREE_DECIMALS if self.options.temperature_text == "three decimals" else SIX_DIGITS

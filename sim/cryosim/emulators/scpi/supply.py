"""The instrument as the line and the world see it: messages in, replies out, outputs that act together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from cryosim.emulators.ports import LoadPort
from cryosim.emulators.scpi.command import Command, Request
from cryosim.emulators.scpi.errors import ErrorQueue, ScpiError
from cryosim.emulators.scpi.faces import Face
from cryosim.emulators.scpi.grammar import Unit, units
from cryosim.emulators.scpi.list_commands import E36300, N6700
from cryosim.emulators.scpi.options import Options
from cryosim.emulators.scpi.output import Output, Trip
from cryosim.emulators.scpi.select_commands import HMP
from cryosim.emulators.scpi.status import Status
from cryosim.emulators.scpi.watchdog import Watchdog

LONGEST = 1024  # characters of a message
POWER_ON = 128  # bit of the standard event register


# What a model understands, by dialect; a frame of modules has more.
TABLES = {("list", False): E36300, ("list", True): N6700, ("select", False): HMP}


class Supply:
    """A power supply with several outputs: implements ``Instrument``.

    Parameters
    ----------
    face : Face
        Which model.
    ports : mapping of int to LoadPort
        What each output is wired to; one left out is open.
    options : Options
        Readings of what is not documented.
    seed : int
        Seed of the noise of the readings.

    Attributes
    ----------
    outputs : list of Output
        For tests and faults; the wire is the way to change them.
    mute : set of str
        Headers of queries never answered, in short form with the ``?``: ``"MEAS:CURR?"``.
    """

    def __init__(
        self, face: Face, ports: Mapping[int, LoadPort], *, options: Options | None = None, seed: int = 0
    ) -> None:
        self.face: Face = face
        self.options: Options = options or Options()
        rated = enumerate(face.outputs, 1)
        self.outputs: list[Output] = [Output(n, rating, ports.get(n), self.options, seed) for n, rating in rated]
        self.errors: ErrorQueue = ErrorQueue()
        self.status: Status = Status(self)
        self.watchdog: Watchdog = Watchdog()
        self.mute: set[str] = set()
        self.selected: int = 1
        self.remote: str = "LOC"
        self.links: set[tuple[int, int]] = set()  # (fuse that trips, output that goes with it)
        self.coupled: bool = False  # one protection takes all outputs
        self._pending = bytearray()
        self._lost_until = 0.0  # s left in which commands are lost
        self.reset()
        self.status.standard.event = POWER_ON

    # --- the line --------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Take bytes as they arrive; return the replies of the messages they complete."""
        replies = bytearray()
        for byte in data:
            if byte != 0x0A:
                if len(self._pending) < LONGEST:
                    self._pending.append(byte)
                continue
            message = self._pending.decode("latin-1").removesuffix("\r")
            self._pending.clear()
            reply = self._message(message)
            if reply:
                replies += reply.encode("ascii") + b"\n"
        return bytes(replies)

    def _message(self, message: str) -> str:
        self.watchdog.feed()
        answers = []
        if len(message) >= LONGEST:
            self._fail(ScpiError(-102))
            return ""
        for unit in units(message, relative=self.options.relative_headers):
            try:
                answer = self._carry_out(unit)
            except ScpiError as error:
                self._fail(error)
                continue
            if answer is not None:
                answers.append(answer)
        return ";".join(answers)

    def _carry_out(self, unit: Unit | ScpiError) -> str | None:
        if isinstance(unit, ScpiError):
            raise unit
        if self._lost_until > 0.0 and not unit.query:
            raise ScpiError(-113)
        found = _understood(self.face.dialect, self.face.frame, unit.header, unit.query)
        if found is None:
            raise ScpiError(-113)
        command, suffixes = found
        if unit.query and self._muted(command):
            return None
        handler = command.ask if unit.query else command.act
        assert handler is not None
        answer = handler(self, Request(unit.arguments, suffixes))
        if not unit.query:
            self.settle()
        return answer

    def _muted(self, command: Command) -> bool:
        return any(text.endswith("?") and command.pattern.fullmatch(text[:-1].upper()) for text in self.mute)

    def _fail(self, error: ScpiError) -> None:
        self.errors.add(error.code)
        self.status.standard.event |= error.bit

    # --- outputs ---------------------------------------------------------------------------------

    def settle(self) -> None:
        """Put all outputs on what is behind them together, and let the fast protections act."""
        for output in self.outputs:
            output.drive()
        self._protect()
        for output in self.outputs:
            output.look()
        self.status.update()

    def _protect(self) -> None:
        while tripped := [output for output in self.outputs if output.protect()]:
            for output in tripped:
                self._take_along(output)

    def _take_along(self, tripped: Output) -> None:
        """Let a protection act on what is linked to it."""
        if self.face.dialect == "select":
            tripped.settings.on = False
        for output in self.outputs:
            linked = (tripped.number, output.number) in self.links and tripped.trip is Trip.OVER_CURRENT
            if output.live and (linked or self.coupled):
                output.cut(Trip.COUPLED, 0.0)
                if self.face.dialect == "select":
                    output.settings.on = False

    def clear(self, output: Output) -> None:
        """Clear a protection; where the maker says so, the output comes back by itself."""
        if output.trip is not Trip.NONE and not self.options.clear_restores:
            output.settings.on = False
        output.trip = Trip.NONE
        output.changed()

    def reset(self) -> None:
        """Do what ``*RST`` does: outputs off, settings as from the factory."""
        for output in self.outputs:
            output.settings = output.fresh()
            output.trip, output.busy = Trip.NONE, 0.0
            output.enabled = self.face.dialect == "list"
        self.selected = 1
        self.coupled = False
        self.links.clear()
        self.watchdog.reset()
        self.settle()

    def hesitate(self) -> None:
        """Begin the time after an output is switched on in which commands are lost."""
        self._lost_until = self.options.busy_after_on

    # --- the world -------------------------------------------------------------------------------

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass, [s]."""
        self._lost_until = max(0.0, self._lost_until - dt)
        for output in self.outputs:
            output.advance(dt)
        if self.watchdog.expired(dt):
            for output in self.outputs:
                if output.live:
                    output.cut(Trip.COUPLED, 0.0)
        self._protect()
        self.status.update()

    def power_cycle(self) -> None:
        """Mains off and on: every output off, input and errors lost, and no watchdog any more."""
        kept = [replace(output.settings, on=False) for output in self.outputs]
        for output in self.outputs:
            output.lose_power()
        self.reset()
        if self.options.power_on == "last":
            for output, settings in zip(self.outputs, kept, strict=True):
                output.settings = settings
        self._pending.clear()
        self._lost_until = 0.0
        self.errors.clear()
        self.remote = "LOC"
        self.status.clear()
        self.status.standard.event = POWER_ON
        self.settle()

    def press(self, number: int, setting: str, value: float) -> bool:
        """Change something at the front panel: a foreign hand.

        Parameters
        ----------
        number : int
            Output, from 1.
        setting : str
            ``"volts"``, ``"limit"``, ``"ovp"``, ``"ocp"`` or ``"on"``.
        value : float
            In V or A; switches are off at 0.

        Returns
        -------
        done : bool
            False when the keys are locked.
        """
        if self.remote == "RWL":
            return False
        output = self.outputs[number - 1]
        if setting == "on":
            output.switch(bool(value))
            if self.face.dialect == "select" and value:
                for each in self.outputs:
                    each.enabled = True
        elif setting == "ocp":
            output.settings.ocp = bool(value)
        else:
            setattr(output.settings, setting, value)
            output.changed()
        self.settle()
        return True

    def stick(self, number: int, stuck: bool) -> None:
        """Let relay and regulator of an output no longer obey, or obey again."""
        self.outputs[number - 1].stuck = stuck
        self.settle()


@lru_cache(maxsize=512)  # a client says the same few headers again and again
def _understood(dialect: str, frame: bool, header: str, query: bool) -> tuple[Command, tuple[int, ...]] | None:
    """Return the command that a header means, with the numbers in it; None if there is none."""
    for command in TABLES[dialect, frame]:
        match = command.pattern.fullmatch(header)
        if match is not None and (command.ask if query else command.act) is not None:
            return command, tuple(int(digits or 1) for digits in match.groups())
    return None

"""An emulated temperature controller or monitor on a line that can go wrong, and a link to it, on the virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from cryoioc.clock import Clock, run_virtual
from cryoioc.curves.catalogue import instrument_curve
from cryoioc.curves.instrument import connected
from cryoioc.curves.rules import RULES, Prepared, prepare
from cryoioc.curves.slots import Slots, Stored
from cryoioc.curves.upload import Outcome, Upload, differences
from cryoioc.devices.lakeshore import MODELS
from cryoioc.errors import LinkDown
from cryoioc.link import Transport, memory_pair
from cryosim.emulators.lakeshore import LakeShore, Options
from cryosim.emulators.lakeshore218 import Monitor
from cryosim.emulators.lakeshore218 import Options as MonitorOptions
from cryosim.emulators.line import Line, LineSettings, Spacing

T = TypeVar("T")
SLOT = 21
MONITOR = "lakeshore218"
LINES = {MONITOR: LineSettings(latency=0.010, baud=9600, spacing=Spacing.DROP)}
USUAL = LineSettings(latency=0.008, baud=57600, spacing=Spacing.DROP)


class Sensor:
    """A resistor that stays what it is."""

    def read(self) -> float:
        return 100.0


class Load:
    """A heater that heats nothing."""

    def ohm(self) -> float:
        return 25.0

    def drive(self, amperes: float) -> None:
        del amperes

    def apply(self, volts: float) -> None:
        del volts


def points_of(curve: Any) -> tuple[tuple[float, float], ...]:
    """Return the points an instrument keeps, by their numbers."""
    return tuple(point for _, point in sorted(curve.points.items()))


class Watched:
    """The instrument as the line sees it: it may miss units of a message, and it is looked at after each one."""

    def __init__(self, instrument: LakeShore | Monitor) -> None:
        self.instrument = instrument
        self.lose: Callable[[str], bool] = lambda unit: False
        self.complete: list[tuple[tuple[float, float], ...]] = []  # curves an input may use
        self.received: list[str] = []

    def receive(self, data: bytes) -> bytes:
        kept = []
        for unit in data.decode("ascii").strip().split(";"):
            self.received.append(unit)
            if not self.lose(unit):
                kept.append(unit)
        reply = self.instrument.receive((";".join(kept) + "\n").encode("ascii")) if kept else b""
        self.check()
        return reply

    def check(self) -> None:
        """Require that no input follows half a curve."""
        memory = self.instrument._state.memory
        for letter, settings in memory.inputs.items():
            if settings.curve >= SLOT:
                held = points_of(memory.curves[settings.curve])
                assert held in self.complete, f"input {letter} uses {len(held)} points that are no curve"


class Rack:
    """What a test works with."""

    def __init__(self, model: str, options: Options | MonitorOptions | None) -> None:
        self.model, self.clock = MODELS[model], Clock()
        outputs = {number: Load() for number in self.model.outputs}
        self.instrument: Any
        if model == MONITOR:
            self.instrument = Monitor({n: Sensor() for n in range(1, 9)}, options=options)
        else:
            inputs = {letter: Sensor() for letter in self.model.inputs}
            self.instrument = LakeShore(model, inputs, outputs, options=options)  # type: ignore[arg-type]
        self.watched = Watched(self.instrument)
        self.line = Line(self.watched, self.clock, LINES.get(model, USUAL))  # type: ignore[arg-type]
        self.slots: Slots
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> Transport:
        if not self.line.accepting.is_set():
            raise LinkDown("connection refused")
        near, far = memory_pair()
        task = asyncio.create_task(self.line.serve(far))
        self._tasks.add(task)
        return near

    def tell(self, *commands: str) -> None:
        """Operate the instrument by hand."""
        for command in commands:
            assert self.instrument.receive(f"*CLS;{command};*ESR?\n".encode()) == b"000\r\n", command

    def use(self, letter: str = "") -> None:
        """Give an input, the first if none is named, an NTC resistor and a complete curve of three points."""
        old = ((1.8, 325.0), (3.0, 15.0), (4.3, 1.4))
        letter = letter or self.model.inputs[0]
        excitation = ",1" if self.model.name == "lakeshore350" else ""
        kind = "INTYPE A,5" if self.model.name == MONITOR else f"INTYPE {letter},3,1,0,1,1{excitation}"
        self.tell(f'CRVHDR {SLOT},"OLD","OLD1",4,300,1', *(
            f"CRVPT {SLOT},{n},{u},{t}" for n, (u, t) in enumerate(old, 1)
        ), kind, f"INCRV {letter},{SLOT}")  # fmt: skip
        self.watched.complete.append(old)

    def holds(self) -> Any:
        """Return the curve in the slot as the instrument keeps it."""
        return self.instrument._state.memory.curves[SLOT]

    def uses(self, letter: str = "") -> int:
        """Return the curve an input uses, the first one if none is named."""
        letter = letter or self.model.inputs[0]
        key = int(letter) if letter.isdigit() else letter
        return self.instrument._state.memory.inputs[key].curve

    def prepared(self) -> Prepared:
        """Return the certificate's curve as this model stores it, which inputs may then use."""
        wanted = prepare(instrument_curve("X138113"), RULES[self.model.name])
        self.watched.complete.append(wanted.points)
        return wanted

    async def upload(self, wanted: Prepared, **keywords: Any) -> Outcome:
        return await Upload(self.slots, RULES[self.model.name], SLOT, wanted, **keywords).run()

    async def verify(self, wanted: Prepared) -> Stored:
        """Read the slot and require that it holds exactly the curve."""
        stored = await self.slots.read(SLOT)
        assert differences(self.model, wanted, stored) == []
        return stored


def on_rack(
    play: Callable[[Rack], Coroutine[Any, Any, T]],
    *,
    model: str = "lakeshore335",
    options: Options | MonitorOptions | None = None,
    patience: float = 60.0,
) -> T:
    """Play a scene with a connected instrument."""

    async def scene() -> T:
        rack = Rack(model, options)
        async with connected(rack.model, rack.open, rack.clock) as (link, _):
            rack.slots = Slots(rack.model, link.transact, rack.clock, patience)
            return await play(rack)

    return run_virtual(scene())


def later(rack: Rack, seconds: float, act: Callable[[], None]) -> asyncio.Task[None]:
    """Let something happen after a while."""

    async def wait() -> None:
        await rack.clock.sleep(seconds)
        act()

    return asyncio.create_task(wait())


Scene = Callable[[Rack], Awaitable[None]]

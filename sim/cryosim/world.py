"""The world of one station: a plant, the instruments on it, and their lines, in steps of 0.1 s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryoioc.clock import Clock
from cryosim.emulators.line import Line
from cryosim.emulators.ports import Instrument
from cryosim.faults import Fault, begin, end
from cryosim.plant.protocol import Plant
from cryosim.wiring import HeaterLeads, Leads

STEP = 0.1  # s; the control loop of a 335 at 13 K limit-cycles with longer ones, physics.md 5


@dataclass(frozen=True)
class Installed:
    """An instrument as it stands in the rack: on its line, with what it is wired to."""

    model: str
    instrument: Instrument
    line: Line
    sensors: Mapping[str, Leads] = field(default_factory=dict)  # by input
    heaters: Mapping[int, HeaterLeads] = field(default_factory=dict)  # by output


class World:
    """Everything that goes on behind the lines.

    Parameters
    ----------
    plant : Plant
        The cryostat.
    clock : Clock
        Paces :meth:`run`; the steps themselves do not read it.
    installed : mapping
        Instruments by name.
    """

    def __init__(self, plant: Plant, clock: Clock, installed: Mapping[str, Installed]) -> None:
        self.plant = plant
        self.clock = clock
        self.installed = installed
        self._steps = 0
        self._agenda: list[tuple[float, int, int, Fault]] = []

    def schedule(self, faults: Sequence[Fault]) -> None:
        """Let faults come, at their times."""
        # At the same instant a fault that ends makes room for the one that begins.
        self._agenda += [(f.at, 1, n, f) for n, f in enumerate(faults)]
        self._agenda += [(f.at + f.duration, 0, n, f) for n, f in enumerate(faults) if f.duration is not None]
        self._agenda.sort(key=lambda entry: entry[:3])

    @property
    def elapsed(self) -> float:
        """Time since the world began, [s]."""
        return self._steps * STEP

    def step(self) -> None:
        """Let one step pass: faults, then instruments, then the plant, then what is said unasked."""
        self._steps += 1
        while self._agenda and self._agenda[0][0] <= self.elapsed:
            _, starts, _, fault = self._agenda.pop(0)
            (begin if starts else end)(fault, self.installed[fault.instrument])
        for unit in self.installed.values():
            unit.instrument.advance(STEP)
        self.plant.advance(STEP)
        for unit in self.installed.values():
            unit.line.pump()

    async def run(self) -> None:
        """Step at the pace of the clock until cancelled."""
        origin = self.clock.now() - self.elapsed
        while True:
            await self.clock.sleep_until(origin + self.elapsed + STEP)
            self.step()

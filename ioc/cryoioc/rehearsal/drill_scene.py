"""Where a draw is played: what is true there, what can be done there; and the one on the virtual clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cryoioc.clock import Clock
from cryoioc.errors import CryoError
from cryoioc.rehearsal.stage import Stage
from cryosim import faults
from cryosim.drill.draw import Event
from cryosim.drill.hazards import AtInstrument, AtPanel, ByHand, InPlant
from cryosim.emulators.alicat import Alicat
from cryosim.emulators.lakeshore import LakeShore
from cryosim.plant.protocol import Playable
from cryosim.plant.stvp import Stvp
from cryosim.plant.stvp_parameters import SLPM
from cryosim.plant.stvp_state import SAMPLE, VAPORIZER, WINDING

CONTROLLER, METER = "TC1", "FM1"


@dataclass(frozen=True, slots=True)
class Sight:
    """What is true of a cryostat and its instruments now, whatever the IOC says."""

    winding: float  # K
    vaporizer: float  # K
    sample: float  # K
    burnt: bool  # winding open, or soft-solder joints failed
    heats: bool  # a range of the controller is on
    limited: bool  # its TLIMIT has switched one off
    flow: float  # SLPM through the needle valve
    metered: float  # SLPM, as the meter says it


class Desk(Protocol):
    """Somewhere to put to an IOC that comes and goes.  Names of PVs are without the station's prefix."""

    @property
    def running(self) -> bool:
        """Whether there is an IOC at the moment."""

    async def put(self, name: str, value: Any) -> None:
        """Put and wait for the completion; a ``CryoError`` when it is refused."""


async def put_all(desk: Desk, puts: Iterable[tuple[str, Any]]) -> int:
    """Put one after the other, as long as there is an IOC to take it; return how many were refused."""
    refused = 0
    for name, value in puts:
        if not desk.running:
            break
        try:
            await desk.put(name, value)
        except CryoError:
            refused += 1
    return refused


class Scene(Desk, Protocol):
    """An IOC with a twin behind it."""

    clock: Clock

    @property
    def instruments(self) -> Sequence[str]:
        """Their names."""

    def sight(self) -> Sight:
        """Return what is true."""

    def get(self, name: str) -> Any:
        """Return the value of a PV of the IOC, of an enumeration the word."""

    async def begin(self, event: Event) -> None:
        """Let something go wrong in plant, instruments or lines, or by a hand."""

    async def end(self, event: Event) -> None:
        """Let it be over."""

    async def kill(self) -> None:
        """End the IOC as it stands."""

    async def restart(self) -> None:
        """Start it anew."""


class VirtualScene:
    """The scene on a stage, in this process.

    Parameters
    ----------
    stage : Stage
        Of the STVP.
    """

    def __init__(self, stage: Stage) -> None:
        plant = stage.world.plant
        controller, meter = (stage.world.installed[name].instrument for name in (CONTROLLER, METER))
        assert isinstance(plant, Stvp) and isinstance(controller, LakeShore) and isinstance(meter, Alicat)
        self.stage, self.plant, self.controller, self.meter = stage, plant, controller, meter
        self.clock = stage.clock
        self.get, self.put = stage.get, stage.put

    @property
    def instruments(self) -> Sequence[str]:
        """Their names."""
        return tuple(self.stage.world.installed)

    @property
    def running(self) -> bool:
        """Whether there is an IOC at the moment."""
        return self.stage.running

    def sight(self) -> Sight:
        """Return what is true."""
        state = self.plant.state
        return Sight(
            winding=state.kelvin[WINDING],
            vaporizer=state.kelvin[VAPORIZER],
            sample=state.kelvin[SAMPLE],
            burnt=state.winding_open or state.joints_failed,
            heats=self.controller.heats(),
            limited=self.controller.limited,
            flow=state.flow / SLPM,
            metered=round(self.meter.reading().mass_flow, self.meter.options.decimals),
        )

    async def begin(self, event: Event) -> None:
        """Let something go wrong in plant, instruments or lines, or by a hand."""
        if isinstance(event.hazard.act, AtPanel):
            self.controller.press(event.hazard.act.message)
        else:
            begin_behind(self.stage, event)

    async def end(self, event: Event) -> None:
        """Let it be over."""
        end_behind(self.stage, event)

    async def kill(self) -> None:
        """End the IOC without a word to any instrument."""
        await self.stage.end_ioc()

    async def restart(self) -> None:
        """Start it anew."""
        self.stage.begin_ioc()


def begin_behind(stage: Stage, event: Event) -> None:
    """Let something go wrong behind the lines of a stage: plant, hands, instruments."""
    plant = stage.world.plant
    assert isinstance(plant, Playable)
    match event.hazard.act:
        case InPlant(fault):
            plant.begin_fault(fault, event.value)
        case ByHand(hand, to):
            plant.turn(hand, to)
        case AtInstrument(instrument, kind, parameters):
            faults.begin(_fault(event, instrument, kind, parameters), stage.world.installed[instrument])


def end_behind(stage: Stage, event: Event) -> None:
    """Let it be over."""
    plant = stage.world.plant
    assert isinstance(plant, Playable)
    match event.hazard.act:
        case InPlant(fault):
            plant.end_fault(fault)
        case AtInstrument(instrument, kind, parameters):
            faults.end(_fault(event, instrument, kind, parameters), stage.world.installed[instrument])


def _fault(event: Event, instrument: str, kind: str, parameters: Mapping[str, Any]) -> faults.Fault:
    return faults.Fault(event.at, instrument, kind, event.duration, parameters)

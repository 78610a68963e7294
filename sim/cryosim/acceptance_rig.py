"""The cryostat on its acceptance test: plant and emulated 335, spoken to as the test engineer did.

The loops are those of the emulated controller, in this process; its sensors are the real calibrations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cryoioc.station import Loop, Thermometer
from cryosim.emulators.lakeshore import LakeShore
from cryosim.emulators.lakeshore.curves import TEMPERATURE_UNDER
from cryosim.plant.stvp import Stvp
from cryosim.plant.stvp_parameters import LIQUID_DENSITY, SLPM, Parameters
from cryosim.plant.stvp_state import SHIELD
from cryosim.presets import USER_SLOT, curve_upload, lakeshore_setup, tell
from cryosim.sensors import Calibration, CernoxSensor, DiodeSensor, Sensor, cernox_x138113
from cryosim.wiring import HeaterLeads
from cryosim.world import STEP

MODEL: Final = "lakeshore335"
THERMOMETERS = (
    Thermometer(name="VAP", instrument="TC1", input="A", curve="X138113"),
    Thermometer(name="SAMPLE", instrument="TC1", input="B", curve="DT-670", unit="V"),
)
# 1.414 A through 25 ohm are the 50 W of range High; the second loop is fitted (physics.md 3.10).
CURRENTS = {1: 1.414, 2: 0.95}
PERIOD = 1.0  # s between two looks at the instruments
PER_PERIOD = round(PERIOD / STEP)


@dataclass(frozen=True)
class Look:
    """What an operator sees, once a second."""

    minutes: float
    vaporizer: float  # K
    sample: float  # K
    flow: float  # SLPM
    heater: float  # % of 1.414 A
    second_heater: float  # % of 0.95 A
    used: float  # L of liquid
    shield: float  # K; nobody sees it, for the figure


class Rig:
    """Plant, controller and meter; time passes in :meth:`watch`."""

    def __init__(self, parameters: Parameters, progress: Callable[[float], None] | None = None) -> None:
        self.plant = Stvp(parameters)
        self.progress = progress
        self.log: list[Look] = []
        self._vaporizer = CernoxSensor(lambda: self.plant.temperature("VAP"))
        self._sample = DiodeSensor(lambda: self.plant.temperature("SAMPLE"))
        self.controller = self._controller(list(_setup(parameters.ambient)))
        self._full = self.plant.state.dewar
        self.seconds = 0.0
        self.look = self._look()

    def _controller(self, setup: Sequence[str]) -> LakeShore:
        heaters = {output: HeaterLeads(self.plant.heater(f"LOOP{output}")) for output in CURRENTS}
        sensors: dict[str, Sensor] = {"A": self._vaporizer, "B": self._sample}
        device = LakeShore(MODEL, sensors, heaters)
        tell(device, iter(setup))
        return device

    def command(self, message: str) -> None:
        """Send a command to the controller."""
        self.controller.receive(message.encode("ascii") + b"\n")

    def watch(
        self,
        minutes: float,
        *,
        hand: Callable[[Look], None] | None = None,
        every: float = 10.0,
        until: Callable[[Look], bool] | None = None,
    ) -> None:
        """Let time pass up to a time of the day, with a hand on the valve.

        Parameters
        ----------
        minutes : float
            Of the day, [min].
        hand : callable, optional
            Called with the present look.
        every : float
            Seconds between two calls, [s].
        until : callable, optional
            Ends the watch early.
        """
        moved = self.seconds
        while self.seconds < 60.0 * minutes - 1e-6:
            if until and until(self.look):
                return
            if hand and self.seconds >= moved:
                hand(self.look)
                moved += every
            for _ in range(PER_PERIOD):
                self.controller.advance(STEP)
                self.plant.advance(STEP)
            self.seconds += PERIOD
            self.look = self._look()
            self.log.append(self.look)
            if self.progress:
                self.progress(self.seconds / 60.0)

    def _look(self) -> Look:
        replies = self.controller.receive(b"KRDG? A;KRDG? B;HTR? 1;HTR? 2\n").decode("ascii").split(";")
        vaporizer, sample, heater, second = (float(reply) for reply in replies)
        state = self.plant.state
        return Look(
            self.seconds / 60.0,
            vaporizer,
            sample,
            self.plant.flow().mass_flow / SLPM,
            heater,
            second,
            (self._full - state.dewar) / LIQUID_DENSITY * 1e3,
            state.kelvin[SHIELD],
        )

    def reads_under(self, cut: float) -> bool:
        """Return whether a controller whose Cernox curve ends at ``cut``, [K], shows T.UNDER now."""
        curve = cernox_x138113()
        kept = [(k, u) for k, u in zip(curve.kelvin, curve.units, strict=True) if k >= cut]
        short = Calibration(curve.name, *(tuple(column) for column in zip(*kept, strict=True)))
        setup = ["INTYPE A,3,1,0,1,1", f"CRVDEL {USER_SLOT}", *curve_upload(USER_SLOT, short, limit=325.0)]
        other = LakeShore(MODEL, {"A": self._vaporizer}, {})
        tell(other, iter([*setup, f"INCRV A,{USER_SLOT}"]))
        return bool(int(other.receive(b"RDGST? A\n")) & TEMPERATURE_UNDER)


def _setup(kelvin: float) -> Iterator[str]:
    loops = [
        Loop(
            name=f"LOOP{n}", instrument="TC1", output=n, heater_ohm=25.0, max_current=amperes, sp_min=1.4, sp_max=300.0
        )
        for n, amperes in CURRENTS.items()
    ]
    controlled = dict(zip(CURRENTS, THERMOMETERS, strict=True))
    return lakeshore_setup(MODEL, THERMOMETERS, loops, controlled, {t.name: kelvin for t in THERMOMETERS})

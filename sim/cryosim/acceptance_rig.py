"""The cryostat on its acceptance test: plant and emulated 335, spoken to as the test engineer did.

The loops are those of the emulated controller, in this process; its sensors are the real calibrations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from cryoioc.station import Loop, Thermometer
from cryosim.acceptance_day import Action, Control, Day, HeatersOff, Look, ReadsUnder, Script, Turn, Wait
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


def play(
    parameters: Parameters, progress: Callable[[float], None] | None = None, substep: float = STEP
) -> Day:
    """Play the whole day on plant and controller; return what was written down.

    Parameters
    ----------
    parameters : Parameters
        Of the cryostat.
    progress : callable, optional
        Told the time of the day, [min].
    substep : float
        Of the plant, [s]; the control loops stay at 10 Hz.
    """
    rig = Rig(parameters, substep)
    script = Script(rig.look())
    steps, answer = script.steps(), None
    while True:
        try:
            action = steps.send(answer)
        except StopIteration:
            return script.day
        answer = rig.perform(action)
        if isinstance(action, Wait):
            script.see(rig.look())
            if progress:
                progress(script.look.minutes)


class Rig:
    """Plant, controller and meter; time passes in :meth:`perform`."""

    def __init__(self, parameters: Parameters, substep: float = STEP) -> None:
        self.plant = Stvp(parameters, substep=substep)
        self._vaporizer = CernoxSensor(lambda: self.plant.temperature("VAP"))
        self._sample = DiodeSensor(lambda: self.plant.temperature("SAMPLE"))
        self.controller = self._controller(list(_setup(parameters.ambient)))
        self._full = self.plant.state.dewar
        self._seconds = 0.0

    def _controller(self, setup: Sequence[str]) -> LakeShore:
        heaters = {output: HeaterLeads(self.plant.heater(f"LOOP{output}")) for output in CURRENTS}
        sensors: dict[str, Sensor] = {"A": self._vaporizer, "B": self._sample}
        device = LakeShore(MODEL, sensors, heaters)
        tell(device, iter(setup))
        return device

    def command(self, message: str) -> None:
        """Send a command to the controller."""
        self.controller.receive(message.encode("ascii") + b"\n")

    def perform(self, action: Action) -> bool | None:
        """Do one thing of the day; return the answer to ``ReadsUnder``."""
        match action:
            case Wait():
                for _ in range(PER_PERIOD):
                    self.controller.advance(STEP)
                    self.plant.advance(STEP)
                self._seconds += PERIOD
            case Turn(hand, to):
                self.plant.turn(hand, to)
            case Control(vaporizer, sample):
                self.command(f"SETP 1,{vaporizer};SETP 2,{sample};RANGE 1,3;RANGE 2,3")
            case HeatersOff():
                self.command("RANGE 1,0;RANGE 2,0")
            case ReadsUnder(kelvin):
                return self.reads_under(kelvin)
        return None

    def look(self) -> Look:
        """Return what the instruments show."""
        replies = self.controller.receive(b"KRDG? A;KRDG? B;HTR? 1;HTR? 2\n").decode("ascii").split(";")
        vaporizer, sample, heater, second = (float(reply) for reply in replies)
        state = self.plant.state
        return Look(
            minutes=self._seconds / 60.0,
            vaporizer=vaporizer,
            sample=sample,
            flow=self.plant.flow().mass_flow / SLPM,
            heater=heater,
            second_heater=second,
            used=(self._full - state.dewar) / LIQUID_DENSITY * 1e3,
            pressure=state.pressure,
            shield=state.kelvin[SHIELD],
        )

    def reads_under(self, cut: float) -> bool:
        """Return whether a controller whose Cernox curve ends at ``cut``, [K], shows T.UNDER now."""
        setup = ["INTYPE A,3,1,0,1,1", f"CRVDEL {USER_SLOT}", *curve_upload(USER_SLOT, cut_curve(cut), limit=325.0)]
        other = LakeShore(MODEL, {"A": self._vaporizer}, {})
        tell(other, iter([*setup, f"INCRV A,{USER_SLOT}"]))
        return bool(int(other.receive(b"RDGST? A\n")) & TEMPERATURE_UNDER)


def cut_curve(cut: float) -> Calibration:
    """Return the calibration of X138113 without what lies below ``cut``, [K]."""
    curve = cernox_x138113()
    kept = [(k, u) for k, u in zip(curve.kelvin, curve.units, strict=True) if k >= cut]
    return Calibration(curve.name, *(tuple(column) for column in zip(*kept, strict=True)))


def _setup(kelvin: float) -> Iterator[str]:
    loops = [
        Loop(
            name=f"LOOP{n}", instrument="TC1", output=n, heater_ohm=25.0, max_current=amperes, sp_min=1.4, sp_max=300.0
        )
        for n, amperes in CURRENTS.items()
    ]
    controlled = dict(zip(CURRENTS, THERMOMETERS, strict=True))
    return lakeshore_setup(MODEL, THERMOMETERS, loops, controlled, {t.name: kelvin for t in THERMOMETERS})

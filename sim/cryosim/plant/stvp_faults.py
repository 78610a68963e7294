"""What can go wrong with the cryostat itself, by name; faults of instruments and leads are elsewhere.

Not here because hands or leads do them: flow lost (needle valve closed), heater open or short, sensor
open or short, a controller left in manual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryosim.plant.faults import PlantFault
from cryosim.plant.stvp_parameters import Parameters
from cryosim.plant.stvp_state import State, Vacuum


def _vacuum(
    space: str, gas: str
) -> tuple[Callable[[State, Parameters, float], None], Callable[[State, Parameters], None]]:
    def begin(s: State, _: Parameters, pascal: float) -> None:
        setattr(getattr(s, space), gas, pascal)

    def end(s: State, _: Parameters) -> None:
        setattr(s, space, Vacuum())

    return begin, end


def _line_leaks(s: State, p: Parameters, pascal: float) -> None:
    """As much leaks in as keeps that pressure while the leg freezes air out."""
    s.line.air = pascal
    s.line.leak_air = pascal * p.cryopump_speed


def _line_tight(s: State, _: Parameters) -> None:
    s.line = Vacuum()


def _leak(s: State, _: Parameters, rate: float) -> None:
    s.jacket.leak_air = rate


def _no_leak(s: State, _: Parameters) -> None:
    s.jacket.leak_air = 0.0


def _plug(s: State, _: Parameters, share: float) -> None:
    s.blockage = share


def _unplug(s: State, _: Parameters) -> None:
    s.blockage = 0.0


def _empty(s: State, p: Parameters, _: float) -> None:
    s.dewar = min(s.dewar, 0.99 * p.dewar_heel)


def _nothing(_s: State, _p: Parameters) -> None:
    """The dewar stays empty until it is refilled."""


def _pump_stops(s: State, _: Parameters, __: float) -> None:
    s.pump_failed = True


def _pump_again(s: State, _: Parameters) -> None:
    s.pump_failed = False


def _stick(thermometer: str) -> tuple[Callable[[State, Parameters, float], None], Callable[[State, Parameters], None]]:
    def begin(s: State, _: Parameters, kelvin: float) -> None:
        s.stuck[thermometer] = kelvin

    def end(s: State, _: Parameters) -> None:
        s.stuck.pop(thermometer, None)

    return begin, end


FAULTS: Mapping[str, PlantFault] = {
    "ice_plug": PlantFault(
        _plug, _unplug, "air frozen in the needle valve", "flow to 0, 10 K within seconds of the last liquid",
        unit="share of the opening", high=1.0,
        present=lambda s, _: s.blockage > 0.01,
    ),
    "dewar_empty": PlantFault(
        _empty, _nothing, "the leg draws gas of 12 K", "10 K within seconds, flow falls to a fourth",
        present=lambda s, p: s.dewar < p.dewar_heel, cure="DEWAR:REFILL",
    ),
    "jacket_helium": PlantFault(
        *_vacuum("jacket", "helium"), "helium in the vacuum of the jacket", "everything warms, shield first",
        unit="Pa", high=1e5, default=1.0,
        present=lambda s, _: s.jacket.helium > 1e-3,
    ),
    "jacket_air": PlantFault(
        *_vacuum("jacket", "air"), "air in the vacuum of the jacket", "warms until the tail has frozen the air out",
        unit="Pa", high=1e5, default=1.0,
        present=lambda s, _: s.jacket.air > 1e-2,
    ),
    "jacket_leak": PlantFault(
        _leak, _no_leak, "air leaks into the jacket", "nothing while the tail is cold, a burst on warming up",
        unit="Pa m3/s", high=10.0, default=1e-3,
        present=lambda s, _: s.jacket.leak_air > 0.0,
    ),
    "line_air": PlantFault(
        _line_leaks,
        _line_tight,
        "air leaks into the line's vacuum",
        "hardly any flow gets through, all warms",
        unit="Pa",
        high=100.0,
        default=10.0,
        present=lambda s, _: s.line.leak_air > 0.0,
    ),
    "pump_stops": PlantFault(
        _pump_stops, _pump_again, "the pump on the sample tube stops", "pressure climbs through the lambda point",
        present=lambda s, _: s.pump_failed,
    ),
    "vaporizer_stuck": PlantFault(
        *_stick("VAP"), "vaporizer sensor come loose: reads one temperature", "loop at 100 %, winding burns",
        unit="K", low=1.0, high=400.0, default=10.0,
        present=lambda s, _: "VAP" in s.stuck,
    ),
    "sample_stuck": PlantFault(
        *_stick("SAMPLE"), "sample sensor come loose: reads one temperature", "second loop at 0 or 100 %",
        unit="K", low=1.0, high=400.0, default=10.0,
        present=lambda s, _: "SAMPLE" in s.stuck,
    ),
}  # fmt: skip

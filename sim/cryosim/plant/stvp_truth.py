"""What is true in the STVP plant, with unit and meaning: for displays that may know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryosim.plant.stvp_parameters import LIQUID_DENSITY, Parameters
from cryosim.plant.stvp_state import NODES, State
from cryosim.plant.truth import Truth

ICE_STAYS = 0.6  # share of the valve that exercising it does not free any more: ``Stvp.exercise_valve``


def _node(number: int) -> Callable[[State], float]:
    return lambda s: s.kelvin[number]


TRUTHS: tuple[Truth, ...] = (
    *(Truth(name, "K", f"true temperature, {name.lower()}", _node(number)) for number, name in enumerate(NODES)),
    Truth("SENSOR", "K", "true temperature of the sample's sensor", lambda s: s.bobbin),
    Truth("FEED", "mg/s", "helium through the needle valve", lambda s: s.flow * 1e6),
    Truth("EXHAUST", "mg/s", "helium through pump and vent", lambda s: s.metered * 1e6),
    Truth("METERED", "L", "past the flow meter, as liquid", lambda s: s.passed / LIQUID_DENSITY * 1e3),
    Truth("RELIEF", "mg/s", "helium through the relief valve", lambda s: s.relieved * 1e6),
    Truth("PRESSURE", "Pa", "pressure in the sample tube", lambda s: s.pressure),
    Truth("POOL", "mL", "liquid in the sample tube", lambda s: s.liquid / LIQUID_DENSITY * 1e6),
    Truth("DEWAR", "L", "liquid in the dewar", lambda s: s.dewar / LIQUID_DENSITY * 1e3),
    Truth("DEWAR:PRESSURE", "Pa", "absolute pressure in the dewar", lambda s: s.dewar_pressure),
    Truth("JACKET", "Pa", "pressure in the jacket", lambda s: s.jacket.air + s.jacket.water + s.jacket.helium),
    Truth("LINE", "Pa", "pressure in the line's vacuum", lambda s: s.line.air + s.line.water + s.line.helium),
    Truth("BLOCKAGE", "", "share of the valve closed by ice", lambda s: s.blockage),
    Truth("AIR", "", "share of air in the sample tube", lambda s: s.air),
    Truth("WINDING:OPEN", "", "heater winding burnt", lambda s: float(s.winding_open), flag=True),
    Truth("JOINTS:FAILED", "", "soft-solder joints failed", lambda s: float(s.joints_failed), flag=True),
    Truth("OVERHEATED", "", "vaporizer has been above 325 K", lambda s: float(s.overheated), flag=True),
)


def alarms(p: Parameters) -> Mapping[str, Mapping[str, float]]:
    """Return alarm limits, each where something begins to break or to go wrong."""
    return {
        "VAPORIZER": {"high_alarm": p.warning, "hihi": p.joints_fail},
        "WINDING": {"high_alarm": p.warning, "hihi": p.winding_burns},
        "PRESSURE": {"hihi": p.relief_opens},
        "DEWAR": {"lolo": p.dewar_heel / LIQUID_DENSITY * 1e3},
        "JACKET": {"high_alarm": 0.1, "hihi": 10.0},  # Pa: conduction begins to show, and is complete; physics.md 3.7
        "LINE": {"high_alarm": 0.1, "hihi": 10.0},
        "BLOCKAGE": {"high_alarm": 0.05, "hihi": ICE_STAYS},
        "AIR": {"high_alarm": 1e-3},
    }

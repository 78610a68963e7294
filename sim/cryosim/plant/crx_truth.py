"""What is true in the receiver plant, with unit and meaning: for displays that may know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryosim.plant.crx_parameters import Parameters
from cryosim.plant.crx_state import MBAR, NODES, STAGE1, STAGE2, State
from cryosim.plant.truth import Truth


def _node(number: int) -> Callable[[State], float]:
    return lambda s: s.kelvin[number]


TRUTHS: tuple[Truth, ...] = (
    *(Truth(name, "K", f"true temperature, {name.lower()}", _node(number)) for number, name in enumerate(NODES)),
    Truth("STAGE1:LOAD", "W", "heat the first stage takes", lambda s: s.capacity[STAGE1]),
    Truth("STAGE2:LOAD", "W", "heat the second stage takes", lambda s: s.capacity[STAGE2]),
    Truth("PRESSURE", "mbar", "pressure in the vessel", lambda s: (s.air + s.helium + s.water) / MBAR),
    Truth("AIR", "mbar", "air in the vessel", lambda s: s.air / MBAR),
    Truth("HELIUM", "mbar", "helium in the vessel", lambda s: s.helium / MBAR),
    Truth("WATER", "mbar", "water vapour in the vessel", lambda s: s.water / MBAR),
    Truth("WET", "Pa m3", "water on the surfaces", lambda s: s.wet),
    Truth("ZEOLITE1:AIR", "Pa m3", "air in the first zeolite box", lambda s: s.loading[0]),
    Truth("ZEOLITE2:AIR", "Pa m3", "air in the second zeolite box", lambda s: s.loading[1]),
    Truth("OVERHEATED", "", "a stage has been above 340 K", lambda s: float(s.overheated), flag=True),
)


def alarms(p: Parameters) -> Mapping[str, Mapping[str, float]]:
    """Return alarm limits, each where something begins to break or to go wrong."""
    high = p.thermostat_opens + p.thermostat_spread
    return {
        "STAGE1": {"high_alarm": high, "hihi": p.overheated},
        "STAGE2": {"high_alarm": high, "hihi": p.overheated},
        "ZEOLITE1": {"high_alarm": high},
        "ZEOLITE2": {"high_alarm": high},
    }

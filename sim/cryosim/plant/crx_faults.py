"""What can go wrong with the receiver's cryostat itself, by name; faults of instruments and leads are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryosim.plant.crx_parameters import Parameters
from cryosim.plant.crx_state import State, capacities
from cryosim.plant.faults import PlantFault

FULL = 0.95  # share of its capacity that a spent zeolite holds
SPENT = 0.9  # share beyond which it counts as spent


def _put(name: str) -> Callable[[State, Parameters, float], None]:
    return lambda s, _, value: setattr(s, name, value)


def _back(name: str, value: float) -> Callable[[State, Parameters], None]:
    return lambda s, _: setattr(s, name, value)


def _on(name: str) -> Callable[[State, Parameters, float], None]:
    return lambda s, _p, _v: setattr(s, name, True)


def _off(name: str) -> Callable[[State, Parameters], None]:
    return lambda s, _: setattr(s, name, False)


def _spend(s: State, p: Parameters, _: float) -> None:
    s.loading = [FULL * size for size in capacities(p)]


def _stays(_s: State, _p: Parameters) -> None:
    """A spent zeolite stays so until it is warmed and pumped."""


def _spent(s: State, p: Parameters) -> bool:
    return all(held > SPENT * size for held, size in zip(s.loading, capacities(p), strict=True))


def _stuck(thermometer: str) -> PlantFault:
    def begin(s: State, _: Parameters, kelvin: float) -> None:
        s.stuck[thermometer] = kelvin

    def end(s: State, _: Parameters) -> None:
        s.stuck.pop(thermometer, None)

    return PlantFault(
        begin, end, f"{thermometer} sensor come loose, reads one temperature", "a temperature that nothing changes",
        present=lambda s, _: thermometer in s.stuck, unit="K", low=4.0, high=400.0, default=20.0,
    )  # fmt: skip


FAULTS: Mapping[str, PlantFault] = {
    "leak": PlantFault(
        _put("leak_air"), _back("leak_air", 0.0), "air leaks into the vessel",
        "1.3e-3 mbar with the default, both stages warm; a burst of gas on warming up",
        present=lambda s, _: s.leak_air > 0.0, unit="Pa m3/s", high=10.0, default=2e-3,
    ),
    "helium_leak": PlantFault(
        _put("leak_helium"), _back("leak_helium", 0.0), "helium leaks out of the cooler into the vessel",
        "pressure climbs without end, as zeolite takes no helium; a Pirani reads it low",
        present=lambda s, _: s.leak_helium > 0.0, unit="Pa m3/s", high=1.0, default=1e-6,
    ),
    "compressor_trips": PlantFault(
        _on("tripped"), _off("tripped"), "the compressor trips",
        "both stages warm, the second first", present=lambda s, _: s.tripped,
    ),
    "worn": PlantFault(
        _put("condition"), _back("condition", 1.0), "cooler worn, share of its capacity that is left",
        "both stages creep up", present=lambda s, _: s.condition < 1.0, unit="share of the capacity", default=0.8,
    ),
    "zeolite_spent": PlantFault(
        _spend, _stays, "zeolite full of air", "no vacuum at 90 K, all of it comes out on warming up",
        present=_spent, cure="warm it and pump",
    ),
    "thermostats_weld": PlantFault(
        _on("welded"), _off("welded"), "no thermostat opens any more", "heaters go on above 316 K",
        present=lambda s, _: s.welded,
    ),
    "stage1_stuck": _stuck("STAGE1"),
    "stage2_stuck": _stuck("STAGE2"),
}  # fmt: skip

"""The amplifiers of a station file, on the plant that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cryoioc.station import Station
from cryosim.plant.amplifier import TRANSISTORS, Amplifier, Cabling


def amplifiers(station: Station, kelvin: Callable[[str], float]) -> Mapping[str, Amplifier]:
    """Return the amplifiers of a station by name, behind the leads that its file states.

    Parameters
    ----------
    kelvin : callable
        Thermometer -> temperature of what it is mounted on, [K].
    """
    found = {}
    for spec in station.amplifiers.values():
        cabling = Cabling(drain=spec.stages[0].drain.lead_ohm, ground=spec.return_ohm)
        found[spec.name] = Amplifier(spec.serial, lambda where=spec.thermometer: kelvin(where), cabling)  # type: ignore[misc]
    return found


def unknown_amplifiers(station: Station) -> Iterator[str]:
    """Yield in sentences what of the amplifiers of a station the twin has not got."""
    for spec in station.amplifiers.values():
        where = f"{station.path}: amplifier.{spec.name}"
        if station.sim.plant == "stvp":
            yield f"{where}: sim.plant stvp has no amplifiers"
        elif spec.serial not in TRANSISTORS:
            yield f"{where}.serial: the twin has {', '.join(TRANSISTORS)}, found {spec.serial!r}"
        elif len(spec.stages) != len(TRANSISTORS[spec.serial]):
            yield f"{where}: {spec.serial} has {len(TRANSISTORS[spec.serial])} stages, found {len(spec.stages)}"
        elif len({stage.drain.lead_ohm for stage in spec.stages}) > 1:
            yield f"{where}: the twin has one lead_ohm for all drains of an amplifier"

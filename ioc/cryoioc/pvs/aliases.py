"""Extra names for PVs: the station file's own, and presets for client libraries."""

from __future__ import annotations

from cryoioc.errors import StationError
from cryoioc.pvs.desk import Desk
from cryoioc.station import Station

# Names that synApps' Lake Shore support serves, and apstools' LakeShore336_LoopControl asks for
# (epics-side.md 1.7), below the instrument's name: IN1 is input A, OUT1 output 1.
SYNAPPS_INPUT = {
    "IN{k}": "TEMP",
    "IN{k}:Units": "UNITS:SP",
    "IN{k}:Units_RBV": "UNITS",
    "IN{k}:Name_RBV": "NAME",
    "IN{k}:Sensor_RBV": "TYPE",
}
SYNAPPS_OUTPUT = {
    "OUT{k}:SP": "TEMP:SP",
    "OUT{k}:SP_RBV": "TARGET",
    "OUT{k}:Mode": "MODE:SP",
    "OUT{k}:Mode_RBV": "MODE",
    "OUT{k}:Cntrl": "INPUT:SP",
    "OUT{k}:Cntrl_RBV": "INPUT",
    "OUT{k}:MOUT": "MOUT:SP",
    "OUT{k}:MOUT_RBV": "MOUT",
    "HTR{k}": "HEATER",
    "HTR{k}:Range": "RANGE:SP",
    "HTR{k}:Range_RBV": "RANGE",
    "P{k}": "P:SP",
    "P{k}_RBV": "P",
    "I{k}": "I:SP",
    "I{k}_RBV": "I",
    "D{k}": "D:SP",
    "D{k}_RBV": "D",
    "RampR{k}": "RAMP:RATE:SP",
    "RampR{k}_RBV": "RAMP:RATE",
    "OnRamp{k}": "RAMP:SP",
    "OnRamp{k}_RBV": "RAMP",
}


def add_aliases(desk: Desk, station: Station) -> None:
    """Add what the station file asks for; :class:`StationError` where a name cannot be had."""
    if "rbv" in station.presets:
        for name in tuple(desk.channels):
            if name.endswith(":SP"):
                desk.alias(f"{name}_RBV", desk.aliases[f"{name}:RBV"])
    if "synapps" in station.presets:
        _synapps(desk, station)
    wrong = []
    for extra, real in station.aliases.items():
        try:
            desk.alias(extra, real)
        except ValueError as error:
            wrong.append(f"{station.path}: alias.{extra}: {error}")
    if wrong:
        raise StationError(wrong)


def _synapps(desk: Desk, station: Station) -> None:
    for thermometer in station.thermometers.values():
        number = "ABCD".index(thermometer.input) + 1
        for extra, suffix in SYNAPPS_INPUT.items():
            desk.alias(f"{thermometer.instrument}:{extra.format(k=number)}", f"{thermometer.name}:{suffix}")
    for loop in station.loops.values():
        for extra, suffix in SYNAPPS_OUTPUT.items():
            desk.alias(f"{loop.instrument}:{extra.format(k=loop.output)}", f"{loop.name}:{suffix}")

"""The amplifiers of a station, made of its file and of what else the station knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryoioc.bias import Cold
from cryoioc.pvs.amplifier import AmplifierGroup, Around
from cryoioc.pvs.amplifier_setup import amplifier_of, make_banks, profiles_of, unprotected, wires_of
from cryoioc.pvs.compressor import CompressorGroup
from cryoioc.pvs.desk import Desk
from cryoioc.pvs.device import Device
from cryoioc.pvs.heat_or_bias import HeatOrBias
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.station import Station

VACUUM = "VAC"


def make_amplifiers(station: Station, desk: Desk, devices: Mapping[str, Device],
                    thermometers: Mapping[str, ThermometerGroup], heat_or_bias: HeatOrBias,
                    compressor: CompressorGroup | None) -> list[AmplifierGroup]:  # fmt: skip
    """Declare the amplifiers of a station.

    Raises
    ------
    cryoioc.errors.StationError
        The profile of a bias board is wrong.
    """
    profiles = profiles_of(station)
    banks = make_banks(station, devices, profiles)
    groups = []
    for spec in station.amplifiers.values():
        around = Around(
            thermometer=thermometers[spec.thermometer], cold=witness(desk, compressor),
            heat_or_bias=heat_or_bias, unprotected=unprotected(spec, profiles))  # fmt: skip
        groups.append(AmplifierGroup(desk, spec, amplifier_of(spec, profiles), wires_of(spec, banks), around))
    return groups


def witness(desk: Desk, compressor: CompressorGroup | None) -> Callable[[], Cold]:
    """Return what asks compressor and vacuum, where the station has them, of the cold."""
    vacuum = desk.channels.get(VACUUM)

    def asked() -> Cold:
        lost, unknown = [], []
        if compressor is not None and compressor.running is None:
            unknown.append("not known whether the compressor runs")
        elif compressor is not None and not compressor.running:
            lost.append("compressor off")
        if vacuum is not None and vacuum.severity == "INVALID":
            unknown.append("vacuum not known")
        elif vacuum is not None and vacuum.severity == "MAJOR":
            lost.append(f"vacuum {vacuum.value:.1e} mbar")
        return Cold(lost=tuple(lost), unknown=tuple(unknown))

    return asked

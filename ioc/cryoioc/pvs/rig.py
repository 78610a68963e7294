"""What stands around the cryostat, as far as the station file names it: from the dewar to the calibration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from cryoioc.cooler_map import load_map
from cryoioc.errors import StationError
from cryoioc.pvs.compressor import CompressorGroup
from cryoioc.pvs.cooler import CoolerLoads
from cryoioc.pvs.desk import Desk
from cryoioc.pvs.device import Device
from cryoioc.pvs.dewar import DewarGroup
from cryoioc.pvs.flow import FlowGroup
from cryoioc.pvs.rig_sources import Sources
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.pvs.tube import TubeGroup
from cryoioc.pvs.vacuum import VacuumGroup
from cryoioc.pvs.vacuum_elsewhere import VacuumElsewhere
from cryoioc.pvs.valve import ValveGroup
from cryoioc.pvs.y_factor import YFactorGroup
from cryoioc.station import Station
from cryoioc.station_cooler import Cooler


class Ticking(Protocol):
    """A group of PVs that is brought up to date about once a second."""

    devices: tuple[Device, ...]  # what it shows; none where somebody enters it

    def tick(self) -> None:
        """Bring it up to date."""


class Rig:
    """The groups of one station, each declared where its table is in the file.

    Parameters
    ----------
    desk : Desk
    station : Station
    sources : Sources
    flow : FlowGroup or None
        What tells how long the dewar lasts.
    thermometers : mapping of ThermometerGroup
        By name.

    Attributes
    ----------
    groups : list of Ticking
    compressor : CompressorGroup or None

    Raises
    ------
    cryoioc.errors.StationError
        The capacity map of the cooler is wrong.
    """

    def __init__(self, desk: Desk, station: Station, sources: Sources, flow: FlowGroup | None,
                 thermometers: Mapping[str, ThermometerGroup]) -> None:  # fmt: skip
        self.groups: list[Ticking] = []
        self.compressor: CompressorGroup | None = None
        if station.dewar is not None:
            self.groups.append(DewarGroup(desk, station.dewar, sources, flow))
        if station.tube is not None:
            self.groups.append(TubeGroup(desk, station.tube, sources))
        if station.valve is not None:
            self.groups.append(ValveGroup(desk, station.valve, sources.saved))
        if station.vacuum is not None:
            elsewhere = station.vacuum.source != ""
            self.groups.append(VacuumElsewhere(desk, station.vacuum, sources.others) if elsewhere else
                               VacuumGroup(desk, station.vacuum, sources.devices))  # fmt: skip
        if station.compressor is not None and station.compressor.state is not None:
            self.compressor = CompressorGroup(desk, station.compressor, sources, tuple(thermometers.values()))
            self.groups.append(self.compressor)
        if station.cooler is not None:
            self.groups.append(_cooler(station.cooler, station.path, thermometers, self.compressor))
        if station.y_factor is not None:
            self.groups.append(YFactorGroup(desk, station.y_factor, sources))


def _cooler(spec: Cooler, path: Path, thermometers: Mapping[str, ThermometerGroup],
            compressor: CompressorGroup | None) -> CoolerLoads:  # fmt: skip
    try:
        its_map = load_map(spec.map, path.parent)
    except StationError as error:
        raise StationError([f"{path}: cooler.map: {line}" for line in error.lines]) from error
    running = (lambda: compressor.running) if compressor is not None else None
    return CoolerLoads(spec, its_map, thermometers[spec.first], thermometers[spec.second], running)

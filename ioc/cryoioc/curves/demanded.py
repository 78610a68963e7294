"""What a station file demands of a thermometer's calibration: the name of a delivered one, or a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryoioc.curves import catalogue
from cryoioc.curves.curve import Curve
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.files import READERS, read
from cryoioc.curves.formats import SPLINE
from cryoioc.curves.tables import Breakpoints, Calibration, check_breakpoints, evaluator


@dataclass(frozen=True)
class Demanded:
    """One calibration, as an instrument should hold it and as it is best evaluated."""

    said: str  # in the station file
    calibration: Calibration
    curve: Curve
    breakpoints: Breakpoints | None  # for an instrument; None if there are none
    sensor: catalogue.Sensor | None  # None for a file

    @property
    def better(self) -> bool:
        """Whether the calibration says more than the straight lines an instrument draws."""
        lines = self.breakpoints
        return lines is None or lines != self.calibration or lines.format is SPLINE or lines.interpolation != "linear"


def is_file(said: str) -> bool:
    """Say whether a station file means a file: it has the ending of one, or a folder in front."""
    return "/" in said or Path(said).suffix.lower() in READERS


def demanded(said: str, folder: Path, unit: str) -> Demanded:
    """Return what a thermometer's ``curve`` stands for.

    Parameters
    ----------
    said : str
        ``SENSOR``, ``SENSOR:form``, or a file of any readable format.
    folder : Path
        Of the station file: where a file without one is.
    unit : str
        Of the thermometer's sensor, "Ohm", "V" or "mV".

    Raises
    ------
    BadCurve, CurveFileError
        One line: no such calibration, a curve in another unit, or a file that cannot be read.
    """
    if is_file(said):
        sensor, calibration = None, read(folder / said)
        breakpoints = calibration if isinstance(calibration, Breakpoints) else None
    else:
        calibration = catalogue.delivered(said)
        sensor = catalogue.sensor(said.partition(":")[0])
        breakpoints = catalogue.instrument_curve(sensor.serial) if "curve" in sensor.manifest else None
    if isinstance(calibration, Breakpoints):
        check_breakpoints(calibration)
    curve = evaluator(calibration)
    if curve.unit != unit:
        raise BadCurve(f"{said} is a curve in {curve.unit}, the sensor's unit is {unit}")
    return Demanded(said, calibration, curve, breakpoints, sensor)

"""Temperature by the calibration itself, beside the one that the instrument interpolates."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from cryoioc.clock import Clock
from cryoioc.curves import BadCurve, CurveFileError, catalogue, evaluator
from cryoioc.curves.demanded import Demanded, demanded
from cryoioc.curves.uncertainty import Budget, ranges_of
from cryoioc.errors import StationError
from cryoioc.pvs.curve_check import CurveCheck
from cryoioc.pvs.device import Device, Values
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.records import Record
from cryoioc.station import Station

TABLE = 400  # temperatures the uncertainty is computed at


def demanded_curves(station: Station) -> dict[str, Demanded]:
    """Return what each thermometer's ``curve`` stands for, by its name.

    Raises
    ------
    StationError
        With one sentence per mistake.
    """
    found, lines = {}, []
    for name, spec in station.thermometers.items():
        if not spec.curve:
            continue
        try:
            found[name] = demanded(spec.curve, station.path.parent, spec.unit)
        except (BadCurve, CurveFileError) as error:
            lines.append(f"{station.path}: thermometer.{name}.curve: {error}")
    if lines:
        raise StationError(lines)
    return found


class Calibrated:
    """PVs ``TEMP:CAL`` and ``TEMP:CAL:DIFF``, and ``UNC`` where the calibration came with uncertainties."""

    def __init__(self, thermometer: ThermometerGroup, device: Device, curve: Demanded) -> None:
        self.thermometer, self.device, self.demanded, self.curve = thermometer, device, curve, curve.curve
        t, slot = thermometer, thermometer.sensor_slot
        query, every = slot.row.ask(*slot.address), slot.row.every
        self.kelvin = t.declare(
            Record(name=t.pv("TEMP:CAL"), kind="ai", unit="K", precision=4, doc="Temperature by the calibration itself",
                   adel=0.001), instrument=device.name, query=query, every=every)  # fmt: skip
        self.difference = t.declare(
            Record(name=t.pv("TEMP:CAL:DIFF"), kind="ai", unit="K", precision=4, doc="TEMP:CAL minus TEMP", adel=0.001)
        )
        self._shown = [self.kelvin, self.difference]
        self.uncertainty = None
        if curve.sensor is not None and "uncertainty" in curve.sensor.manifest:
            self.uncertainty = t.declare(
                Record(name=t.pv("UNC"), kind="ai", unit="K", precision=4, doc="Expanded uncertainty of TEMP, k = 2",
                       adel=0.001)
            )  # fmt: skip
            self._shown.append(self.uncertainty)
        device.watch(slot, self._good, self._bad)

    def _bad(self, status: str) -> None:
        for channel in self._shown:
            if not channel.undefined:
                channel.invalidate(status)

    def _good(self, values: Values) -> None:
        kelvin = self.curve.kelvin(self.thermometer.sensor_value(values), "nan")
        if not self.thermometer.type_fits() or not np.isfinite(kelvin):
            self._bad("CALC")
            return
        self.kelvin.post(kelvin)
        if self.uncertainty is not None:
            expanded = float(np.interp(kelvin, *self._uncertainties))
            if np.isfinite(expanded):
                self.uncertainty.post(expanded)
            elif not self.uncertainty.undefined:
                self.uncertainty.invalidate("CALC")  # beyond the ranges of the instrument
        instrument = self.thermometer.reading.kelvin
        if instrument is not None:
            self.difference.post(kelvin - instrument)
        elif not self.difference.undefined:
            self.difference.invalidate("READ")

    @cached_property
    def _uncertainties(self) -> tuple[list[float], list[float]]:
        """Temperatures, [K], and expanded uncertainties with the instrument's breakpoints, [K]."""
        sensor, lines = self.demanded.sensor, self.demanded.breakpoints
        assert sensor is not None
        reference = evaluator(catalogue.delivered(sensor.serial))
        kelvin = np.geomspace(self.curve.low, self.curve.high, TABLE)[1:-1]
        used = evaluator(lines) if lines is not None else None
        found = Budget(sensor, reference, used, ranges_of(self.device.model.name, reference.unit)).at(kelvin, "nan")
        return list(kelvin), list(found.expanded)


def add_checks(
    thermometer: ThermometerGroup, device: Device, clock: Clock, curve: Demanded | None
) -> list[CurveCheck | Calibrated]:
    """Add what a thermometer's ``curve`` in the station file makes possible."""
    if curve is None:
        return []
    check = CurveCheck(thermometer, device, clock, curve)
    return [check, Calibrated(thermometer, device, curve)] if curve.better else [check]

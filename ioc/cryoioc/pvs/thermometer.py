"""Thermometer PVs: ``<T>:TEMP`` and all that belongs to one input (PVS.md "Thermometers")."""

from __future__ import annotations

from typing import Any

from cryoioc.clock import Clock
from cryoioc.errors import Refused
from cryoioc.pvs import alerts
from cryoioc.pvs.about import NOTHING_SPECIAL, About
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.pvs.instrument_alarm import add_alarm
from cryoioc.pvs.reading import Reading, status_words, to_kelvin
from cryoioc.pvs.settings import Setting
from cryoioc.records import Channel, Record
from cryoioc.station import Thermometer

# Unit of the reading by the words of INTYPE.
SENSOR_OF = {
    "Diode": "V", "Platinum RTD": "Ohm", "NTC RTD": "Ohm", "Thermocouple": "mV",
    "2.5 V diode": "V", "7.5 V diode": "V", "250 Ohm platinum": "Ohm", "500 Ohm platinum": "Ohm",
    "5 kOhm platinum": "Ohm", "Cernox": "Ohm",
}  # fmt: skip
# PV, exchange and field of what can be set of an input; a model has those whose exchange and field it has.
SETTINGS = (
    ("TYPE", "INTYPE", "type"),
    ("UNITS", "INTYPE", "units"),
    ("AUTORANGE", "INTYPE", "autorange"),
    ("INRANGE", "INTYPE", "range"),
    ("COMP", "INTYPE", "compensation"),
    ("EXCITATION", "INTYPE", "excitation"),
    ("ENABLED", "INPUT", "on"),
    ("DIODE:CURRENT", "DIOCUR", "excitation"),
    ("NAME", "INNAME", "name"),
    ("LIMIT", "TLIMIT", "limit"),
    ("FILTER", "FILTER", "on"),
    ("FILTER:POINTS", "FILTER", "points"),
    ("FILTER:WINDOW", "FILTER", "window"),
    ("MINMAX:SOURCE", "MNMX", "source"),
)


class ThermometerGroup(Group):
    """All PVs of one thermometer."""

    def __init__(self, desk: Desk, spec: Thermometer, device: Device, clock: Clock) -> None:
        super().__init__(desk, spec.name, needs=device.name)
        self.spec, self.device, self.clock = spec, device, clock
        self.reading = Reading(device, spec.input, clock, spec.low, spec.high)
        self.sensor_slot, self.sensor_field = device.reading("SRDG", spec.input)
        self.intype = self.reading.intype
        self._readings()
        self._min_max()
        self._curve()
        self._input_setup()
        add_alarm(self)

    def _channel(self, suffix: str, slot: Slot | None = None, *, about: About = NOTHING_SPECIAL,
                 **keywords: Any) -> Channel:  # fmt: skip
        record = Record(name=self.pv(suffix), **keywords)
        if slot is None:
            return self.declare(record, about=about)
        query = slot.row.ask(*slot.address)
        return self.declare(record, instrument=self.device.name, query=query, every=slot.row.every, about=about)

    # --- readings ----------------------------------------------------------------------------

    def _readings(self) -> None:
        spec, reading, words = self.spec, self.reading, status_words(self.device.model)
        self.temp = self._channel(
            "TEMP", reading.krdg, kind="ai", unit="K", precision=4, doc=f"{spec.name} temperature",
            display=(0.0, spec.high or 400.0), lolo=spec.lolo_alarm, low_alarm=spec.low_alarm,
            high_alarm=spec.high_alarm, hihi=spec.hihi_alarm, adel=0.001,
            about=About(alert=alerts.TEMPERATURE))  # fmt: skip
        self.sensor = self._channel(
            "SENSOR", self.sensor_slot, kind="ai", unit=spec.unit, precision=5, doc="Reading in sensor units",
            about=About(sampled=10.0),
        )
        self.status = self._channel(
            "STATUS", reading.rdgst, kind="mbbi", states=words, doc="Reading status",
            severities=dict.fromkeys(words[1:], "MAJOR"), about=About(alert=alerts.READING_STATUS))  # fmt: skip
        self.ok = self._channel("VALID", kind="bi", states=("No", "Yes"), doc="Temperature may be used", initial="No")
        self.age = self._channel("AGE", kind="ai", unit="s", precision=1, doc="Since the last good reading",
                                 about=About(sampled=0))  # fmt: skip
        self.rate = self._channel("RATE", kind="ai", unit="K/min", precision=3, doc="Rate of change, over 10 s",
                                  adel=0.01)  # fmt: skip
        reading.watch(self._good, self._bad)
        self.device.watch(self.sensor_slot, self._sensor, self.sensor.invalidate)
        self.device.watch(self.intype, self._check_type)

    def _good(self, kelvin: float) -> None:
        self.temp.post(kelvin)
        self.status.post("OK")
        self.ok.post("Yes")

    def _bad(self, status: str) -> None:
        if self.reading.when is not None or self.temp.valid:
            self.temp.invalidate(status)
        self.ok.post("No")
        if status in ("COMM", "UDF"):
            self.status.invalidate(status)
        else:
            self.status.post(self.reading.word)

    def _sensor(self, values: Values) -> None:
        if self.type_fits():
            self.sensor.post(self.sensor_value(values))
        else:
            self.sensor.invalidate("CALC")

    def sensor_value(self, values: Values) -> float:
        """Return this input's reading in sensor units out of the values of `sensor_slot`."""
        return float(values[self.sensor_field])

    def type_fits(self) -> bool:
        """Say whether the input is set to the kind of sensor the station file names, as far as is known."""
        known = self.intype.values
        return known is None or SENSOR_OF.get(known["type"], self.spec.unit) == self.spec.unit

    def _check_type(self, values: Values) -> None:
        if not self.type_fits() and self.sensor.valid:
            self.say(f"Input {self.spec.input} is a {values['type']}; the station file expects {self.spec.unit}")

    def tick(self) -> None:
        """Bring age and rate up to date; called about once a second."""
        reading = self.reading
        if reading.when is not None:
            self.age.post(self.clock.now() - reading.when)
        slope = reading.rate.per_minute()
        if slope is not None:
            self.rate.post(slope)
        elif reading.kelvin is None and reading.when is not None:
            self.rate.invalidate("READ")

    # --- lowest and highest ------------------------------------------------------------------

    def _min_max(self) -> None:
        device, letter = self.device, self.spec.input
        slot = device.slot("MDAT" if "MDAT" in device.model.rows else "MNMXRDG", letter)
        keywords: dict[str, Any] = {"kind": "ai", "unit": "K", "precision": 4}
        self.lowest = self._channel("MIN", slot, **keywords, doc="Lowest reading since reset")
        self.highest = self._channel("MAX", slot, **keywords, doc="Highest reading since reset")
        # In preferred units, or in those of a source of their own; asked for in front of the values.
        units, field = slot.units, "source" if "MNMX" in device.model.rows else "units"
        assert units is not None

        def good(values: Values) -> None:
            for channel, name in ((self.lowest, "minimum"), (self.highest, "maximum")):
                try:
                    channel.post(to_kelvin(values[name], str(device.known(units)[field])))
                except Refused:  # no temperature
                    channel.invalidate("CALC")

        def bad(status: str) -> None:
            self.lowest.invalidate(status)
            self.highest.invalidate(status)

        async def reset() -> None:
            await device.tell("MNMXRST")

        device.watch(slot, good, bad)
        self.command("MINMAX:RESET", "Reset min/max of all inputs", reset, instrument=device.name, set="MNMXRST")

    # --- curve -------------------------------------------------------------------------------

    def _curve(self) -> None:
        self.incrv = self.device.slot("INCRV", self.spec.input)
        Setting(self, "CURVE", self.device, self.incrv, "curve")
        self.curve_name = self._channel("CURVE:NAME", kind="stringin", doc="Name of the curve in use")
        self.curve_serial = self._channel("CURVE:SERIAL", kind="stringin", doc="Sensor serial number of the curve")
        self.curve_limit: float | None = None  # K, setpoint limit of the curve in use; None: not known

    def show_curve(self, header: Values | None) -> None:
        """Show the header of the curve in use; None when there is no curve."""
        self.curve_limit = header["limit"] if header is not None else None
        self.curve_name.post(header["name"] if header is not None else "none")
        self.curve_serial.post(header["serial"] if header is not None else "none")

    def hide_curve(self, status: str) -> None:
        """The header of the curve in use is not known."""
        self.curve_limit = None
        self.curve_name.invalidate(status)
        self.curve_serial.invalidate(status)

    # --- input set-up ------------------------------------------------------------------------

    def _input_setup(self) -> None:
        device = self.device
        for suffix, row, field in SETTINGS:
            if row not in device.model.rows or field not in (f.name for f in device.model[row].fields):
                continue
            if row == "DIOCUR" and device.model.idn == "MODEL350":  # for the inputs of a scanner card only (7.1)
                continue
            setting = Setting(self, suffix, device, device.slot_of(row, self.spec.input), field)
            setting.pair.told = suffix != "INRANGE"  # autorange changes it all the time

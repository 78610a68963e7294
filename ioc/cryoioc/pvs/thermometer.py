"""Thermometer PVs: ``<T>:TEMP`` and all that belongs to one input (PVS.md "Thermometers")."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cryoioc.clock import Clock
from cryoioc.errors import CryoError, DeviceRefused, Refused
from cryoioc.pvs import alerts
from cryoioc.pvs.about import NOTHING_SPECIAL, About
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.pvs.reading import WORDS, Reading, from_kelvin, to_kelvin
from cryoioc.pvs.settings import Pair, Setting
from cryoioc.records import Channel, Put, Record
from cryoioc.station import Thermometer

if TYPE_CHECKING:
    from cryoioc.link import Conversation

SENSOR_OF = {"Diode": "V", "Platinum RTD": "Ohm", "NTC RTD": "Ohm", "Thermocouple": "mV"}


class ThermometerGroup(Group):
    """All PVs of one thermometer."""

    def __init__(self, desk: Desk, spec: Thermometer, device: Device, clock: Clock) -> None:
        super().__init__(desk, spec.name, needs=device.name)
        self.spec, self.device, self.clock = spec, device, clock
        self.reading = Reading(device, spec.input, clock, spec.low, spec.high)
        self.sensor_slot = device.slot("SRDG", spec.input)
        self.intype = self.reading.intype
        self._readings()
        self._min_max()
        self._curve()
        self._input_setup()
        self._instrument_alarms()

    def _channel(self, suffix: str, slot: Slot | None = None, *, about: About = NOTHING_SPECIAL,
                 **keywords: Any) -> Channel:  # fmt: skip
        record = Record(name=self.pv(suffix), **keywords)
        if slot is None:
            return self.declare(record, about=about)
        query = slot.row.ask(*slot.address)
        return self.declare(record, instrument=self.device.name, query=query, every=slot.row.every, about=about)

    # --- readings ----------------------------------------------------------------------------

    def _readings(self) -> None:
        spec, reading = self.spec, self.reading
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
            "STATUS", reading.rdgst, kind="mbbi", states=WORDS, doc="Reading status",
            severities=dict.fromkeys(WORDS[1:], "MAJOR"), about=About(alert=alerts.READING_STATUS))  # fmt: skip
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
            self.sensor.post(values["sensor"])
        else:
            self.sensor.invalidate("CALC")

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
        slot = self.device.slot("MDAT", self.spec.input)
        keywords: dict[str, Any] = {"kind": "ai", "unit": "K", "precision": 4}
        self.lowest = self._channel("MIN", slot, **keywords, doc="Lowest reading since reset")
        self.highest = self._channel("MAX", slot, **keywords, doc="Highest reading since reset")

        def good(values: Values) -> None:
            # In preferred units, asked for in the same message; sensor units mean nothing in kelvin.
            for channel, name in ((self.lowest, "minimum"), (self.highest, "maximum")):
                try:
                    channel.post(to_kelvin(values[name], self.reading.units))
                except Refused:
                    channel.invalidate("CALC")

        def bad(status: str) -> None:
            self.lowest.invalidate(status)
            self.highest.invalidate(status)

        async def reset() -> None:
            await self.device.tell("MNMXRST")

        self.device.watch(slot, good, bad)
        self.command("MINMAX:RESET", "Reset min/max of all inputs", reset, instrument=self.device.name, set="MNMXRST")

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
        letter, device = self.spec.input, self.device
        for suffix, field in (
            ("TYPE", "type"),
            ("UNITS", "units"),
            ("AUTORANGE", "autorange"),
            ("INRANGE", "range"),
            ("COMP", "compensation"),
        ):
            setting = Setting(self, suffix, device, self.intype, field)
            setting.pair.told = suffix != "INRANGE"  # autorange changes it all the time
        if any(f.name == "excitation" for f in self.intype.row.fields):
            Setting(self, "EXCITATION", device, self.intype, "excitation")
        if device.model.idn != "MODEL350":  # there it is for the inputs of a scanner card only (7.1)
            Setting(self, "DIODE:CURRENT", device, device.slot("DIOCUR", letter), "excitation")
        Setting(self, "NAME", device, device.slot("INNAME", letter), "name")
        Setting(self, "LIMIT", device, device.slot("TLIMIT", letter), "limit")
        filter_ = device.slot("FILTER", letter)
        Setting(self, "FILTER", device, filter_, "on")
        Setting(self, "FILTER:POINTS", device, filter_, "points")
        Setting(self, "FILTER:WINDOW", device, filter_, "window")

    # --- the instrument's own alarms ---------------------------------------------------------

    def _instrument_alarms(self) -> None:
        letter, device = self.spec.input, self.device
        slot, state = device.slot("ALARM", letter), device.slot("ALARMST", letter)
        for suffix, field in (
            ("ALARM", "on"),
            ("ALARM:LATCH", "latch"),
            ("ALARM:AUDIBLE", "audible"),
            ("ALARM:VISIBLE", "visible"),
        ):
            Setting(self, suffix, device, slot, field)
        KelvinSetting(self, "ALARM:HIGH", slot, "high", "Instrument alarm, high")
        KelvinSetting(self, "ALARM:LOW", slot, "low", "Instrument alarm, low")
        KelvinSetting(self, "ALARM:DEADBAND", slot, "deadband", "Instrument alarm deadband", difference=True)
        for suffix, field in (("ALARM:HIGH:STATE", "high"), ("ALARM:LOW:STATE", "low")):
            channel = self._channel(
                suffix, state, kind="bi", states=("Off", "On"), doc=state.row[field].doc, severities={"On": "MAJOR"},
                about=About(alert=alerts.INSTRUMENT_ALARM),
            )
            device.watch(state, partial(_post_field, channel, field), channel.invalidate)

        async def reset() -> None:
            await device.tell("ALMRST")

        self.command("ALARM:RESET", "Reset alarms of all inputs", reset, instrument=device.name, set="ALMRST")


def _post_field(channel: Channel, field: str, values: Values) -> None:
    channel.post(values[field])


class KelvinSetting:
    """An alarm limit: kelvin at the PV, the input's preferred units on the wire.

    The units are read in the same message as the limit, by the poll and by a put, because they can be
    changed at the front panel at any time.
    """

    def __init__(self, group: ThermometerGroup, suffix: str, slot: Slot, field: str, doc: str, *,
                 difference: bool = False) -> None:  # fmt: skip
        self.group, self.slot, self.field, self.difference = group, slot, field, difference
        keywords = {"kind": "ai", "unit": "K", "precision": 3, "doc": doc}
        device = group.device
        row = slot.row
        self.pair = Pair(group, suffix, keywords, instrument=device.name, query=row.ask(*slot.address), set=row.set,
                         every=row.every)  # fmt: skip
        device.watch(slot, self._good, self.pair.hide)
        group.accept(self.pair.wish, self.put)

    def _good(self, values: Values) -> None:
        value = values[self.field]
        try:
            units = self.group.reading.units
            self.pair.show(value if self.difference and units != "Sensor" else to_kelvin(value, units))
        except Refused:
            self.pair.hide("CALC")

    async def put(self, request: Put) -> None:
        """Carry out a put: read units and siblings, write, read back, in one transaction."""
        device, slot, group = self.group.device, self.slot, self.group
        kelvin = float(request.value)

        def wire(units: str) -> float:
            return kelvin if self.difference and units != "Sensor" else from_kelvin(kelvin, units)

        device.known(slot)
        wire(group.reading.units)

        async def work(talk: Conversation) -> None:
            now, same = group.desk.clock.now, slot.row[self.field].codec.same

            async def send(values: Values) -> list[str]:
                return await device.checked(talk, [slot.row.tell(values, *slot.address), *slot.queries])

            fresh = device.hear(slot, await talk.chain(slot.queries), now())
            units = group.reading.units
            value = wire(units)
            if same(value, fresh[self.field]):
                return
            kept = device.hear(slot, await send(fresh | {self.field: value}), now())
            problem: CryoError | None = None
            if group.reading.units != units:
                problem = Refused(f"units are now {group.reading.units}: put again")
            elif not same(value, kept[self.field]):
                problem = DeviceRefused(f"{device.name} kept {kept[self.field]:g} instead of {value:g}")
            if problem is not None:
                device.hear(slot, await send(fresh), now())
                raise problem

        async def carry() -> None:
            await device.transact(work)

        await self.pair.carry_out(carry)

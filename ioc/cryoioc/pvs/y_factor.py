"""Calibration of the receiver with a hot and a cold load: ``YF:...`` (PVS.md "Receiver").

A script puts an absorber in front, puts ``YF:HOT:SP`` or lets ``YF:HOT:TAKE`` average the site's power meter, does
the same with the cold one, and reads ``YF:TRX``.  ``YF:RECORD`` keeps it in the history of the channel in hand.
"""

from __future__ import annotations

from typing import Any

from cryoioc.errors import Refused
from cryoioc.pvs import alerts
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.rig_quantity import RigQuantity
from cryoioc.pvs.rig_sources import Sources
from cryoioc.pvs.settings import OwnSetting
from cryoioc.pvs.y_factor_history import History, Measurement
from cryoioc.records import EPICS_EPOCH, Record
from cryoioc.station_checks import ALARMS
from cryoioc.station_rig import MANUAL, Quantity
from cryoioc.station_y_factor import BY_SCRIPT, YFactor
from cryoioc.y_factor import DECIBEL, Errors, injected_table, mean_power, receiver_error, receiver_temperature, y_factor

STEPS = tuple(float(decibel) for decibel in range(0, 22, 3))  # dB, of seed 001, section 4
STATUS = ("OK", "No power", "TH below TC", "Loads alike", "Below 0 K")
CURE = {
    "No power": "both powers must be known: see YF:HOT:STATUS, YF:COLD:STATUS",
    "TH below TC": "TH must be above TC",
    "Loads alike": "power with the hot load must be above that with the cold one",
    "Below 0 K": "Y is more than these loads can give: check powers, TH, TC",
}


class YFactorGroup(Group):
    """All PVs of the calibration."""

    def __init__(self, desk: Desk, spec: YFactor, sources: Sources) -> None:
        super().__init__(desk, "YF")
        self.spec, self.clock = spec, desk.clock
        self.names = tuple(spec.channels)
        self.devices = sources.behind(spec.hot, spec.cold, spec.power)
        self.powers = (-250.0, 100.0) if spec.unit == DECIBEL else (1e-15, 1e15)  # others are none: meters say 9.9e37
        self.channel: OwnSetting | None = None
        if len(self.names) > 1:
            kind = "bi" if len(self.names) == 2 else "mbbi"
            shape = {"kind": kind, "states": self.names, "doc": "Channel that is calibrated"}
            self.channel = OwnSetting(self, "CHANNEL", self.names[0], shape, self._other_channel)
        self._declare_loads(sources)
        self._declare_results()
        self.history = History(self, self.names)
        self.command("RECORD", "Keep this measurement in the history", self._record)
        self._show_channel()
        for quantity in (self.hot, self.cold):
            quantity.changed = self._reckon
        self._reckon()

    def _declare_loads(self, sources: Sources) -> None:
        spec = self.spec
        self.hot = self._power("HOT", spec.hot or BY_SCRIPT, sources, "Power with the hot load")
        self.cold = self._power("COLD", spec.cold or BY_SCRIPT, sources, "Power with the cold load")
        self.power: RigQuantity | None = None
        if spec.power is not None:
            self.power = self._power("POWER", spec.power, sources, "Power at the meter now")
            self._declare_take(self.hot, spec.hot or BY_SCRIPT)
            self._declare_take(self.cold, spec.cold or BY_SCRIPT)
        kelvin: dict[str, Any] = {"kind": "ai", "unit": "K", "precision": 2, "low": 1.0, "high": 1000.0}
        self.t_hot = OwnSetting(self, "TH", spec.t_hot, kelvin | {"doc": "Temperature of the hot load"}, self._reckon)
        self.t_cold = OwnSetting(self, "TC", spec.t_cold, kelvin | {"doc": "Temperature of the cold load"},
                                 self._reckon)  # fmt: skip

    def _power(self, suffix: str, spec: Quantity, sources: Sources, doc: str) -> RigQuantity:
        # Without limits in the station file nobody is called: a load is in front now and then only.
        alert = alerts.LOAD_POWER if any(getattr(spec, name) is not None for name in ALARMS) else None
        return sources.quantity(self, suffix, spec, alert, self.powers, unit=self.spec.unit, precision=6, doc=doc)

    def _declare_take(self, quantity: RigQuantity, spec: Quantity) -> None:
        if spec.source != MANUAL:
            return

        async def take() -> None:
            quantity.take(await self._average(), self.clock.now(), "OK")

        name = quantity.name.removeprefix("YF:")
        self.command(f"{name}:TAKE", "Average the power meter for it", take)

    def _declare_results(self) -> None:
        pv, declare = self.pv, self.declare
        self.y = declare(Record(name=pv("Y"), kind="ai", precision=4, doc="Y, hot power over cold power"))
        self.trx = declare(
            Record(name=pv("TRX"), kind="ai", unit="K", precision=2, doc="Noise temperature of the receiver")
        )
        self.error = declare(
            Record(name=pv("TRX:ERR"), kind="ai", unit="K", precision=2, doc="Standard uncertainty of TRX")
        )
        self.status = declare(Record(name=pv("STATUS"), kind="mbbi", states=STATUS, doc="Why TRX is not known"))
        self.reference = declare(
            Record(name=pv("TRX:REF"), kind="ai", unit="K", precision=2, doc="TRX as reported for this channel")
        )
        table: dict[str, Any] = {"kind": "waveform", "length": len(STEPS), "precision": 2}
        self.steps = declare(Record(name=pv("TCAL:DB"), unit="dB", doc="Attenuations of TCAL", **table))
        self.injected = declare(Record(name=pv("TCAL"), unit="K", doc="Injected noise by attenuation", **table))
        self.measured = declare(
            Record(name=pv("TCAL:MEASURED"), kind="longin", doc="So many were measured, the rest follows")
        )

    # --- the channel in hand -------------------------------------------------------------------

    @property
    def in_hand(self) -> str:
        """Name of the channel that is calibrated."""
        return str(self.channel.value) if self.channel is not None else self.names[0]

    def _other_channel(self) -> None:
        """Forget the powers: they were another channel's."""
        for quantity, spec in ((self.hot, self.spec.hot), (self.cold, self.spec.cold)):
            if (spec or BY_SCRIPT).source == MANUAL:
                quantity.lose("Not entered", "READ")
        self._show_channel()

    def _show_channel(self) -> None:
        channel = self.spec.channels[self.in_hand]
        if channel.reference is None:
            self.reference.invalidate("UDF")
        else:
            self.reference.post(channel.reference)
        table = injected_table(channel.measured, STEPS) if channel.measured else ()
        self.steps.post([one.decibel for one in table])
        self.injected.post([one.kelvin for one in table])
        self.measured.post(sum(one.measured for one in table))
        self.history.show(self.in_hand)

    # --- the measurement -----------------------------------------------------------------------

    def _reckon(self) -> None:
        word = self._judge()
        self.status.post(word)
        if word != "OK":
            for channel in (self.y, self.trx, self.error):
                channel.invalidate("CALC")
            return
        spec, hot, cold = self.spec, self.t_hot.value, self.t_cold.value
        y = self._ratio()
        assert y is not None
        errors = Errors(hot=spec.t_hot_error, cold=spec.t_cold_error, power=spec.power_error)
        self.y.post(y)
        self.error.post(receiver_error(y, hot, cold, errors))
        self.trx.post(receiver_temperature(y, hot, cold))

    def _ratio(self) -> float | None:
        hot, cold = self.hot.value, self.cold.value
        low, high = self.powers
        if hot is None or cold is None or not (low <= min(hot, cold) and max(hot, cold) <= high):
            return None
        return y_factor(hot, cold, self.spec.unit)

    def _judge(self) -> str:
        y = self._ratio()
        if y is None:
            return "No power"
        if not self.t_cold.value < self.t_hot.value:
            return "TH below TC"
        if y <= 1.0:
            return "Loads alike"
        return "OK" if receiver_temperature(y, self.t_hot.value, self.t_cold.value) >= 0.0 else "Below 0 K"

    async def _average(self) -> float:
        """Return the mean of the meter's power over the time of TAKE, all of it one channel's."""
        assert self.power is not None
        seen, channel = [], self.in_hand
        for _ in range(round(self.spec.take)):
            await self.clock.sleep(1.0)
            if self.power.value is None:
                raise Refused(f"power meter: {self.power.word}")
            if self.in_hand != channel:
                raise Refused(f"CHANNEL was put to {self.in_hand} meanwhile: TAKE again")
            seen.append(self.power.value)
        return mean_power(seen, self.spec.unit)

    async def _record(self) -> None:
        word = self._judge()
        if word != "OK":
            raise Refused(CURE[word])
        time = EPICS_EPOCH + self.trx.stamp[0] + 1e-9 * self.trx.stamp[1]
        self.history.add(self.in_hand, Measurement(time, self.y.value, self.trx.value, self.error.value))

    def tick(self) -> None:
        """Bring ages up to date; called about once a second."""
        for quantity in filter(None, (self.hot, self.cold, self.power)):
            quantity.tick()

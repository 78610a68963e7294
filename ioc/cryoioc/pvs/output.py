"""The heater of a loop: range, output in percent and watts, faults, and falling off by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryoioc.devices.lakeshore import STATUS_BITS
from cryoioc.errors import CryoError, Refused
from cryoioc.link import Priority
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.device import Slot, Values
from cryoioc.pvs.power import HeaterSetup, heater_power, voltage_power
from cryoioc.pvs.settings import Setting
from cryoioc.wire.codecs import Choice

if TYPE_CHECKING:
    from cryoioc.link import Conversation
    from cryoioc.pvs.loop import LoopGroup

AMPERES = {"0.707 A": 0.707, "1 A": 1.0, "1.414 A": 1.414, "1.732 A": 1.732, "2 A": 2.0}
OHMS = {"25 Ohm": 25.0, "50 Ohm": 50.0}
MARGIN = 1.001  # the instrument keeps three decimals
SMALLEST_USER_CURRENT = 0.1  # A (lakeshore-protocol.md 5.3)
JUST_NOW = 3.0  # s; a heater fault of so long ago is what switched the range off, an older one is not
OUTPUT_2_OF_350 = 0.1  # A full scale, fixed (lakeshore-protocol.md 1 [M350])


class Output:
    """Range, heater and power PVs of one loop."""

    def __init__(self, loop: LoopGroup) -> None:
        self.loop, self.device = loop, loop.device
        device, spec = loop.device, loop.spec
        n = spec.output
        self.is_current = spec.type == "current"
        self.fixed = (device.model.idn, n) == ("MODEL350", 2)  # HTRSET has nothing to limit there (7.1)
        self.range_slot = device.slot("RANGE" if self.is_current else "RANGE.voltage", n)
        codec = self.range_slot.row["range"].codec
        assert isinstance(codec, Choice)
        self.ranges = codec.words
        self.has_setup = n in device.model.heaters  # and a percentage of it
        self.percent_slot = device.slot("HTR" if self.has_setup else "AOUT", n)
        self.range_setting = Setting(loop, "RANGE", device, self.range_slot, "range", guard=self._range_guard,
                                     stays_open=True, about=About(restorable=False))  # fmt: skip
        loop.accept(self.range_setting.pair.wish, self._put_range)
        self.heater = loop.channel("HEATER", self.percent_slot, kind="ai", unit="%", precision=2,
                                   doc="Heater output, of full scale", display=(0.0, 100.0), adel=0.05)  # fmt: skip
        self.power = loop.channel("POWER", kind="ai", unit="W", precision=4, doc="Heater power, computed",
                                  about=About(sampled=1.0))  # fmt: skip
        self._last_range: str | None = None
        self._dropping()
        device.watch(self.range_slot, self._range, self._no_range)
        device.watch(self.percent_slot, self._percent, self._no_percent)
        if self.has_setup:
            self._set_up(n)
            self._fault(n)

    def is_on(self) -> bool:
        """Say whether the heater range is known to be on."""
        return self.range not in (None, "Off")

    @property
    def range(self) -> str | None:
        """The heater range as last read; None while it is not known."""
        slot = self.range_slot
        return str(slot.values["range"]) if slot.values is not None and slot.error is None else None

    # --- set-up ------------------------------------------------------------------------------

    def _set_up(self, n: int) -> None:
        """Heater resistance, maximum current and meaning of the percentage (``HTRSET``)."""
        loop, device = self.loop, self.device
        slot = self.setup_slot = device.slot("HTRSET", n)
        if not self.fixed:
            self._limits(slot)
        Setting(loop, "HEATER:DISPLAY", device, slot, "display", guard=self._only_off)
        if any(f.name == "type" for f in slot.row.fields):
            self._type(slot)
        device.watch(slot, lambda values: self._show_power())

    def _type(self, slot: Slot) -> None:
        """Output 2 of a 335 can be of either type; ranges and power are those of the station file's."""
        Setting(self.loop, "HEATER:TYPE", self.device, slot, "type", guard=self._right_type)
        check = self.loop.channel(
            "HEATER:TYPE:CHECK", slot, kind="bi", states=("OK", "Differs"), severities={"Differs": "MAJOR"},
            doc="HEATER:TYPE is the station file's", about=About(alert=alerts.OUTPUT_TYPE))  # fmt: skip
        self.device.watch(slot, lambda setup: check.post("OK" if self.type_fits else "Differs"), check.invalidate)

    @property
    def type_fits(self) -> bool:
        """Whether the output is of the type the station file names, as far as is known."""
        known = self.setup_slot.values if self.has_setup else None
        return known is None or str(known.get("type", self.loop.spec.type)).lower() == self.loop.spec.type

    def _right_type(self, value: str) -> None:
        self._only_off(value)
        if value.lower() != self.loop.spec.type:
            raise Refused(f"the station file says {self.loop.spec.type}")

    def _limits(self, slot: Slot) -> None:
        """Heater resistance and maximum current, where the output has them to set."""
        loop, device, most = self.loop, self.device, self.loop.spec.max_current
        Setting(loop, "RMAX", device, slot, "resistance", show=lambda v: OHMS[v["resistance"]], changes=_ohms,
                guard=self._only_off, kind="ai", unit="Ohm", states=(), precision=0,
                doc="Heater resistance setting, 25 or 50")  # fmt: skip
        Setting(loop, "IMAX", device, slot, "user_current", show=amperes, changes=self.current_fields,
                guard=self._only_off, low=SMALLEST_USER_CURRENT if most > SMALLEST_USER_CURRENT else None, high=most,
                doc="Maximum heater current")  # fmt: skip
        self._limit = loop.channel(
            "HEATER:LIMIT", slot, kind="bi", states=("OK", "Exceeded"), severities={"Exceeded": "MAJOR"},
            doc="IMAX is within the heater's rating", about=About(alert=alerts.CURRENT))  # fmt: skip
        device.watch(slot, self._judge_current, self._limit.invalidate)

    def _judge_current(self, setup: Values) -> None:
        self._limit.post("OK" if amperes(setup) <= self.loop.spec.max_current * MARGIN else "Exceeded")

    def _only_off(self, value: Any) -> None:
        if self.range != "Off":
            raise Refused("put RANGE Off first")

    def current_fields(self, limit: float) -> Values:
        """Return the fields for a maximum current: a fixed code where one fits, else User."""
        codec = self.setup_slot.row["max_current"].codec
        assert isinstance(codec, Choice)
        for word in codec.words[1:]:
            if abs(AMPERES[word] - limit) < 5e-4:
                return {"max_current": word}
        return {"max_current": "User", "user_current": limit}

    # --- percent and watts -------------------------------------------------------------------

    def _percent(self, values: Values) -> None:
        self.heater.post(values["percent"])
        self._show_power()

    def _no_range(self, status: str) -> None:
        self.power.invalidate(status)
        self.loop.update()

    def _no_percent(self, status: str) -> None:
        self.heater.invalidate(status)
        self.power.invalidate(status)

    def _show_power(self) -> None:
        percent, range_ = self.percent_slot.values, self.range
        if percent is None or self.percent_slot.error is not None or range_ is None:
            return
        spec = self.loop.spec
        if not self.type_fits:
            self.power.invalidate("CALC")
            return
        if not self.is_current:
            self.power.post(voltage_power(percent["percent"], spec.heater_ohm) if range_ != "Off" else 0.0)
            return
        setup = self.setup_slot.values
        if setup is None:
            return
        decades = None if range_ == "Off" else len(self.ranges) - 1 - self.ranges.index(range_)
        most = OUTPUT_2_OF_350 if self.fixed else amperes(setup)
        heater = HeaterSetup(max_current=most, heater_ohm=spec.heater_ohm, percent_of=setup["display"])
        self.power.post(heater_power(percent["percent"], heater, decades))

    # --- heater fault ------------------------------------------------------------------------

    def _fault(self, n: int) -> None:
        """HTRST? is cleared by reading it, so the fault is latched here until a person resets it."""
        loop, clock = self.loop, self.loop.desk.clock
        self.latched = ""
        self._faulted: float | None = None  # s, when the instrument last told of a fault
        slot = self.fault_slot = self.device.slot("HTRST", n)
        words = ("OK", "Open", "Compliance" if self.fixed else "Short")
        self.fault = loop.channel("HEATER:STATUS", slot, kind="mbbi", states=words, doc="Heater fault, latched",
                                  severities={"Open": "MAJOR", words[2]: "MINOR" if self.fixed else "MAJOR"},
                                  about=About(alert=alerts.HEATER_FAULT))  # fmt: skip

        def good(values: Values) -> None:
            word = words[2] if values["fault"] == "Short" else values["fault"]  # code 2; Compliance on a 350 (7.1)
            if word in ("Open", "Short"):
                self.latched, self._faulted = word, clock.now()
            self.fault.post(self.latched or word)

        async def reset() -> None:
            self.latched = ""
            if self.fault.valid:
                self.fault.post("OK")

        self.device.watch(slot, good, self.fault.invalidate)
        loop.command("HEATER:RESET", "Reset the latched heater fault", reset)

    # --- range, and falling off --------------------------------------------------------------

    def _dropping(self) -> None:
        loop = self.loop
        self.dropped = loop.channel("DROPPED", kind="bi", states=("No", "Yes"), severities={"Yes": "MAJOR"},
                                    doc="RANGE fell to Off by itself", initial="No",
                                    about=About(alert=alerts.DROPPED))  # fmt: skip
        self.why = loop.channel("DROPPED:WHY", kind="stringin", doc="Why RANGE fell to Off", initial="")
        loop.command("RESET", "Reset DROPPED", self._reset_dropped)

    async def _reset_dropped(self) -> None:
        self.dropped.post("No")
        self.why.post("")

    def _range_guard(self, value: str) -> None:
        loop = self.loop
        if value == "Off":
            return
        loop.insist(switching_on=True)
        if not self.type_fits:
            raise Refused(f"HEATER:TYPE is not {loop.spec.type}, as the station file says")
        setup = self.setup_slot.values if self.is_current and not self.fixed else None
        if setup is not None and amperes(setup) > loop.spec.max_current * MARGIN:
            raise Refused(f"IMAX {amperes(setup):g} A is above the heater's {loop.spec.max_current:g} A")
        zone = loop.zones.present()
        if loop.mode == "Zone" and zone is not None:
            set_by_zone = self.ranges[min(int(zone.values["range"]), len(self.ranges) - 1)]
            if value != set_by_zone:
                raise Refused(f"zone {zone.number} sets this: {set_by_zone}")

    async def _put_range(self, request: Any) -> None:
        await self.range_setting.put(request)
        await self._reset_dropped()
        if request.value == "Off":
            self.loop.target.wanted = False
        self.loop.update()

    def _range(self, values: Values) -> None:
        last, self._last_range = self._last_range, values["range"]
        self._show_power()
        fell = values["range"] == "Off" and last not in (None, "Off")
        if fell and not self.range_setting.pair.ours and not self.device.switching_off and not self._expected():
            self.dropped.post("Yes")
            self.why.post("cause not known yet")
            self.loop.background.spawn(self._investigate())
        self.loop.update()

    def _expected(self) -> bool:
        """Say whether the instrument's own programme switched the range off: zone table or warm-up."""
        zone = self.loop.zones.present()
        if self.loop.mode == "Zone" and zone is not None:
            return int(zone.values["range"]) == 0
        return self.loop.mode == "Warm-up"

    async def _investigate(self) -> None:
        """Ask the instrument what happened, at once, and say it."""
        device, n = self.device, self.loop.spec.output
        letters = device.model.inputs
        faults = [self.fault_slot.row.ask(n)] if n in device.model.heaters else []
        status = [device.model["RDGST"].ask(letter) for letter in letters]
        limits = [device.model["TLIMIT"].ask(letter) for letter in letters]

        async def work(talk: Conversation) -> list[str]:
            return await talk.chain([*faults, *status, *limits, "*ESR?"])

        try:
            # Not as a put: it may be asked while heaters are put off.
            replies = await device.transact(work, Priority.BACKGROUND)
            if faults:
                device.learn(self.fault_slot, self.fault_slot.row.parse(replies.pop(0)), self.loop.desk.clock.now())
            bits = {letter: device.model["RDGST"].parse(replies.pop(0))["status"] for letter in letters}
            limit = {letter: device.model["TLIMIT"].parse(replies.pop(0))["limit"] for letter in letters}
            events = device.model["*ESR"].parse(replies.pop(0))["events"]
        except CryoError as error:
            self._tell(f"not known: {error}")
            return
        self._tell(self._cause(bits, limit, bool(events & 128) or device.power_cycled))

    def _cause(self, bits: dict[str, int], limit: dict[str, float], power_on: bool) -> str:
        faulted = self._faulted if self.loop.spec.output in self.device.model.heaters else None
        if faulted is not None and self.loop.desk.clock.now() - faulted < JUST_NOW:
            return f"HTRST: heater {self.latched}"
        for letter, reading in self.loop.readings.items():
            if limit[letter] > 0 and reading.recent_max() > limit[letter]:
                return f"TLIMIT: input {letter} above {limit[letter]:g} K"
        letter = self.loop.input
        if letter in bits and bits[letter]:
            return f"RDGST: input {letter} {STATUS_BITS.words(bits[letter])[-1]}"
        if power_on:
            return "power cycle"
        return "front panel or set-up change"

    def _tell(self, why: str) -> None:
        self.why.post(why[:39])
        self.loop.say(f"RANGE fell to Off: {why}")


def _ohms(ohm: float) -> Values:
    for word, value in OHMS.items():
        if abs(value - ohm) < 0.5:
            return {"resistance": word}
    raise Refused(f"{ohm:g} is neither 25 nor 50 Ohm")


def amperes(setup: Values) -> float:
    """Return the maximum current in force, [A]."""
    return float(setup["user_current"]) if setup["max_current"] == "User" else AMPERES[setup["max_current"]]

"""A heater on an output of a power supply: state, what it delivers, and the supply's own limits.

It is switched on by a put alone, and only after voltage, over-voltage protection and current limit of the supply
were read in the same transaction and found to be those of the station file or less.  What goes off by itself, or is
changed at the front panel, is told; nothing is put back.
"""

from __future__ import annotations

from typing import Any

from cryoioc.devices.scpi import is_on, trips
from cryoioc.errors import CryoError, DeviceRefused, Refused, ReplyError, ReplyTimeout
from cryoioc.link import Conversation, Priority
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.background import Background
from cryoioc.pvs.desk import LONG, Desk, Group
from cryoioc.pvs.device import Device, Values
from cryoioc.pvs.heat_or_bias import HeatOrBias
from cryoioc.pvs.held import Held, NotHeld
from cryoioc.pvs.on_time import OnTime
from cryoioc.pvs.settings import OwnSetting
from cryoioc.pvs.supply_limits import PROGRAM, Protections, Verdict, judge, remedy
from cryoioc.pvs.thermostat import STATES as THERMOSTAT
from cryoioc.pvs.thermostat import MonitorLine, from_current, from_monitor
from cryoioc.records import Put, Record
from cryoioc.station_power import Power
from cryoioc.wire.chain import SEPARATOR

STATES = ("Off", "On", "Tripped", "No voltage")
CLEARING = ("OUTP:PROT:CLE", "VOLT:PROT:CLE")  # the first of them that a model has clears all its protections
TRIES = 5  # of a switching off that is not confirmed
DARK = 2  # readings without voltage until that is believed: an output needs time to rise


class PowerGroup(Group):
    """All PVs of one output.

    Parameters
    ----------
    desk : Desk
    spec : Power
    device : Device
        The supply.
    rule : HeatOrBias
        Asked before it is switched on.
    monitor : MonitorLine, optional
        What tells of the thermostats, where there is a wire for it.
    """

    def __init__(self, desk: Desk, spec: Power, device: Device, rule: HeatOrBias,
                 monitor: MonitorLine | None = None) -> None:  # fmt: skip
        super().__init__(desk, spec.name, needs=device.name)
        self.rule, self.monitor = rule, monitor
        rule.heaters.append(self)
        self.interlocks: Held = NotHeld()
        self.spec, self.device, self.clock = spec, device, desk.clock
        self.slot = device.slot("OUTPUT.smu" if spec.source_measure else "OUTPUT", spec.output)
        self.protections = Protections(spec, device, desk.clock.now)
        self.differs: tuple[str, ...] = ()  # how the supply's limits were not those of the file, as LIMITS says it
        self.background = Background(device.give_up)
        self._ours = False  # a put is being carried out
        self._rising = False  # it is being switched on, and was not read since
        self._dark = 0  # readings on, without voltage
        self._ending = False  # it is being switched off because its time is over
        self._declare()
        device.watch(self.slot, self._good, self._bad)

    def _declare(self) -> None:
        wire: dict[str, Any] = {"instrument": self.device.name, "query": self.slot.row.ask(self.spec.output),
                                "every": self.slot.row.every}  # fmt: skip
        pv, declare = self.pv, self.declare
        self.state = declare(Record(name=pv("STATE"), kind="mbbi", states=STATES, doc="State of the output",
                                    severities={"Tripped": "MAJOR", "No voltage": "MAJOR"}),
                             about=About(alert=alerts.POWER_STATE), **wire)  # fmt: skip
        self.wish = declare(Record(name=pv("STATE:SP"), kind="bo", states=("Off", "On"), doc="Switch the output",
                                   writable=True, stays_open=True),
                            instrument=self.device.name, set=self.device.model["ON"].set,
                            about=About(restorable=False))  # fmt: skip
        self.desk.alias(pv("STATE:SP:RBV"), pv("STATE"))
        self.accept(self.wish, self._put)
        number: dict[str, Any] = {"kind": "ai"}
        self.volts = declare(Record(name=pv("VOLT"), **number, unit="V", precision=3, doc="Voltage, measured"), **wire)
        self.current = declare(Record(name=pv("CURR"), **number, unit="mA", precision=1, doc="Current, measured"),
                               **wire)  # fmt: skip
        self.power = declare(Record(name=pv("POWER"), **number, unit="W", precision=2,
                                    doc="Heat in the load, without its leads"), **wire)  # fmt: skip
        self.thermostat = declare(Record(name=pv("THERMOSTAT"), kind="mbbi", states=THERMOSTAT,
                                         doc="Thermostats of this heater line"), **wire)  # fmt: skip
        self.limits = declare(Record(name=pv("LIMITS"), kind="mbbi", states=("OK", "Too wide", "Differs"),
                                     doc="Supply's settings and station file"),
                              about=About(alert=alerts.POWER_LIMITS), **wire)  # fmt: skip
        self.limits_why = declare(Record(name=pv("LIMITS:WHY"), kind="charin", length=LONG,
                                         doc="Which of them differ, and how"), **wire)  # fmt: skip
        self.measured = (self.state, self.volts, self.current, self.power, self.thermostat, self.limits,
                         self.limits_why)  # fmt: skip
        self.on_time = OnTime(self)
        shape = {"unit": "min", "precision": 1, "low": 0.1, "high": 10000.0, "doc": "Switched off after this time"}
        self.max_time = OwnSetting(self, "MAXTIME", self.spec.max_time, number | shape)
        self.command("PROGRAM", "Write voltage and limits while off", self.program,
                     instrument=self.device.name)  # fmt: skip
        self.command("RESET", "Off, then clear what has tripped", self._reset, instrument=self.device.name)

    @property
    def devices(self) -> tuple[Device, ...]:
        """What it shows."""
        return (self.device,)

    @property
    def heats(self) -> bool | None:
        """Whether it is on, is coming on, or would once its protection is cleared; None where that is not known."""
        return True if self._rising else self.state.value != "Off" if self.state.valid else None

    # --- what the supply says -----------------------------------------------------------------

    def _good(self, values: Values) -> None:
        if values.get("selected", self.spec.output) != self.spec.output:
            self._bad("READ")  # somebody else's selection came between: these are the readings of another output
            return
        on, acted = is_on(values), trips(self.slot.row, values)
        before = self.state.value if self.state.valid else ""
        self._dark = self._dark + 1 if on and self._without_voltage(values) else 0
        word = "Tripped" if acted else "No voltage" if self._dark >= DARK else "On" if on else "Off"
        self.state.post(word)
        if acted and before != "Tripped":
            self.say(f"Tripped: {', '.join(acted)}")
        elif before in ("Off", "On") and word in ("Off", "On") and word != before and not self._ours:
            self.say(f"STATE changed to {word} by others")
        if not self._ours:
            self.wish.post("On" if on else "Off")
            self._rising = False
        self.on_time.see(on=on)
        self._show(values)
        self._show_limits(values, on=on)

    def _without_voltage(self, values: Values) -> bool:
        limit = float(values["priority_limit" if "priority_limit" in values else "limit"])
        limited = abs(float(values["measured_current"])) > 0.9 * limit
        return not limited and abs(float(values["measured_voltage"])) < 0.5 * abs(float(values["voltage"]))

    def _show(self, values: Values) -> None:
        volts, amperes, spec = values["measured_voltage"], values["measured_current"], self.spec
        self.volts.post(volts)
        self.current.post(1e3 * amperes)
        self.power.post(abs(amperes) * max(0.0, abs(volts) - abs(amperes) * spec.lead_ohm))
        self.thermostat.post(self._thermostat(volts, amperes))

    def _verdict(self, values: Values) -> Verdict:
        return judge(self.spec, values | self.protections.values)

    def _show_limits(self, values: Values, *, on: bool) -> None:
        if not self.protections.known:
            self.limits.invalidate("COMM")
            self.limits_why.invalidate("COMM")
            return
        verdict = self._verdict(values)
        self.differs = verdict.all
        word = "Too wide" if verdict.wide else "Differs" if verdict.narrow else "OK"
        if word not in ("OK", self.limits.value):
            self.say("; ".join(self.differs))
        # An output that is off does no harm with wide limits, and is not switched on with them.
        severity = "MAJOR" if verdict.wide and on else "MINOR" if self.differs else "NO_ALARM"
        self.limits.post(word, status="STATE" if self.differs else "NO_ALARM", severity=severity)
        self.limits_why.post("; ".join(self.differs)[: LONG - 1])

    def _thermostat(self, volts: float, amperes: float) -> str:
        if self.on_time.since is None:
            return "Unknown"
        if self.monitor is None:
            return from_current(volts, amperes, self.spec.load_ohm + self.spec.lead_ohm, self.spec.resolution)
        seen = self.monitor.since(self.on_time.since)
        return "Unknown" if seen is None else from_monitor(seen, volts, amperes, self.spec.lead_ohm)

    def _bad(self, status: str) -> None:
        self._rising = False  # nothing is known now, which forbids as much
        for channel in (*self.measured, self.wish):
            channel.invalidate(status)

    def tick(self) -> None:
        """Bring the time up to date, and switch off when it is over; called about once a second."""
        self.on_time.tick()
        if self.on_time.minutes >= self.max_time.value and not self._ending and self.device.connected:
            self._ending = True
            self.background.spawn(self._end())

    async def _end(self) -> None:
        try:
            await self.switch_off(f"MAXTIME {self.max_time.value:g} min is over")
            self.say(f"MAXTIME over after {self.max_time.value:g} min: switched off")
        except CryoError as error:
            self.say(f"MAXTIME over, NOT OFF: {error}")
        finally:
            self._ending = False

    # --- what is put ---------------------------------------------------------------------------

    async def _read(self, talk: Conversation) -> Values:
        """Return what the output is set to and delivers now."""
        replies = await talk.chain(self.slot.row.ask(self.spec.output).split(SEPARATOR))
        values = self.slot.row.parse(SEPARATOR.join(replies))
        if values.get("selected", self.spec.output) != self.spec.output:
            raise ReplyError(f"output {values['selected']} answered instead of {self.spec.output}")
        self.device.learn(self.slot, values, self.clock.now())
        return values

    async def _tell(self, talk: Conversation, row: str, **values: object) -> None:
        text = self.device.model[row].tell(values, self.spec.output)
        await self.device.checked(talk, text.split(SEPARATOR))

    async def _carry_out(self, work: Any, priority: Priority = Priority.PUT) -> None:
        """Do ``work`` on the line; the wish then takes the truth."""
        self._ours = True
        try:
            await self.device.transact(work, priority)
        finally:
            self._ours = False
            if self.state.valid and self.slot.values is not None:
                self.wish.post("On" if is_on(self.slot.values) else "Off", force=True)

    async def _put(self, request: Put) -> None:
        if request.value == "Off":
            await self.switch_off("it was put Off")
        else:
            await self._carry_out(self._switch_on)

    async def _switch_on(self, talk: Conversation) -> None:
        if why := self.interlocks.refusal(self.name, switching_on=True):
            raise Refused(why)
        self.rule.may_heat()
        self._rising = True  # who asks whether it heats may not be told Off while the command is on its way
        values = await self._read(talk)
        await self.protections.read(talk)
        acted, wide = trips(self.slot.row, values), self._verdict(values).wide
        if acted:
            raise Refused(f"{', '.join(acted)} has tripped: look why, then RESET")
        if wide:
            raise Refused(f"{wide[0]}: {remedy(wide[0])}")
        if is_on(values):
            return
        await self._alone(talk)
        await self._tell(talk, "ON")
        if not is_on(await self._read(talk)):
            raise DeviceRefused(f"{self.device.name} output {self.spec.output} is still off")

    async def _alone(self, talk: Conversation) -> None:
        """Refuse where a master switch would turn on others with this one."""
        row = self.device.model.rows.get("OUTP:SEL.all")
        if row is None:
            return
        switches = row.parse(SEPARATOR.join(await talk.chain(row.query.split(SEPARATOR))))
        armed = [str(n) for n in self.device.model.supplies if switches[f"armed{n}"] == "On"]
        if switches["master"] == "Off" and armed:
            raise Refused(f"output {', '.join(armed)} is armed and would come on too: disarm it first")

    async def switch_off(self, why: str) -> None:
        """Put it off before all that waits, and make sure that it is."""

        async def work(talk: Conversation) -> None:
            await self._tell(talk, "OFF")
            if is_on(await self._read(talk)):
                raise DeviceRefused(f"{self.device.name} output {self.spec.output} is still on")
            self._rising = False  # it was read since

        if self.device.link is not None:
            self.device.link.refuse_puts(Refused(why))
        for tries_left in reversed(range(TRIES)):
            try:
                await self._carry_out(work, Priority.URGENT)
                return
            except (ReplyTimeout, ReplyError, DeviceRefused):
                if not tries_left:
                    raise

    async def all_off(self) -> None:
        """Put it off because everything is."""
        await self.switch_off("ALLOFF was put")

    async def _reset(self) -> None:
        await self.switch_off("RESET was put")  # a cleared protection brings an output back that is still switched on
        clear = next(name for name in CLEARING if name in self.device.model.rows)

        async def work(talk: Conversation) -> None:
            await self._tell(talk, clear)
            values = await self._read(talk)
            if is_on(values):
                await self._tell(talk, "OFF")
                raise DeviceRefused("it came back when its protection was cleared: switched off again")
            if acted := trips(self.slot.row, values):
                raise DeviceRefused(f"{', '.join(acted)} cannot be cleared")

        await self._carry_out(work)

    async def program(self) -> None:
        """Write voltage, limits and protections as the station file says; :class:`Refused` while it is on."""

        async def work(talk: Conversation) -> None:
            if is_on(await self._read(talk)):
                raise Refused("it is on: its limits are written while it is off")
            await self.protections.read(talk)
            await self._tell(talk, "VOLT", voltage=0.0)  # no setting may be above its protection on the way
            await self._tell(talk, "CURR", limit=self.spec.max_current)
            if self.spec.source_measure:
                await self._tell(talk, "CURR:LIM", priority_limit=self.spec.max_current)
            await self._tell(talk, "VOLT:PROT", over_voltage=self.spec.over_voltage)
            await self._tell(talk, "VOLT", voltage=self.spec.voltage)
            await self.protections.write(talk)
            if differs := self._verdict(await self._read(talk)).all:
                by_hand = f": {remedy(differs[0])}" if remedy(differs[0]) != PROGRAM else ""
                raise DeviceRefused(f"{self.device.name} kept {differs[0]}{by_hand}")

        await self._carry_out(work)

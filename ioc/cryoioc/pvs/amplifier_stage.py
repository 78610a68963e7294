"""PVs of one stage of an amplifier: what is at its connector, at its supplies, and what it should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryoioc.bias import ChangeStage, OutputReading, Point, Port, Reading, Request, Target, Terminal
from cryoioc.bias_table import StageBias
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.bias_loop import Wire
from cryoioc.pvs.desk import Group
from cryoioc.records import Channel, Put, Record

# A deviation alarms beyond 20 % and is over within 10 %; of a gate, that may well be at 0 V, at least 0.15 V is
# 20 % (bias-flow-vacuum.md 2.1).
ALARM, CLEAR = 20.0, 10.0  # %
GATE_FLOOR = 0.15 / (ALARM / 100.0)  # V
Number = dict[str, Any]
VOLT: Number = {"kind": "ai", "unit": "V", "precision": 4}
MILLIAMPERE: Number = {"kind": "ai", "unit": "mA", "precision": 4}
PERCENT: Number = {"kind": "ai", "unit": "%", "precision": 1}


@dataclass(frozen=True)
class Seen:
    """What a step has left of one stage."""

    point: Point | None  # at the connector
    target: Target | None  # None: there is none while it is off
    nominal: StageBias | None  # of the bias table
    locked: bool
    judged: bool  # it was where it should be, and must stay there
    off: bool  # nothing is on, on purpose


def show(channel: Channel, value: float | str | None, status: str = "READ") -> None:
    """Post a value; None is INVALID with a status, or still undefined where nothing was ever known."""
    if value is not None:
        channel.post(value)
    elif not channel.undefined:
        channel.invalidate(status)


class StagePvs:
    """``Sn:`` of an amplifier.

    Parameters
    ----------
    group : Group
        Of the amplifier.
    number : int
        From 1.
    wires : callable
        Port -> where it hangs.
    ask : callable
        Asks the amplifier's biasing; raises :class:`cryoioc.errors.Refused`.
    """

    def __init__(self, group: Group, number: int, wires: Callable[[Port], Wire],
                 ask: Callable[[Request], None]) -> None:  # fmt: skip
        self.group, self.number, self._ask = group, number, ask
        self._devices = {port: wires(port).bank.device for port in Port}
        self._deviating: dict[str, bool] = {}
        self._readings()
        self._nominal()
        self._wishes()

    def _declare(self, suffix: str, port: Port, doc: str, **keywords: Any) -> Channel:
        about = keywords.pop("about", About())
        record = Record(name=self.group.pv(f"S{self.number}:{suffix}"), doc=doc, **keywords)
        return self.group.declare(record, needs=self._devices[port].name, about=about)

    def _readings(self) -> None:
        drain, gate = Port.DRAIN, Port.GATE
        self.volts = self._declare("VD", drain, "Drain voltage, at the connector", **VOLT)
        self.current = self._declare("ID", drain, "Drain current", **MILLIAMPERE)
        self.gate = self._declare("VG", gate, "Gate voltage, at the connector", **VOLT)
        self.leak = self._declare("IG", gate, "Gate current", kind="ai", unit="uA", precision=2)
        self.power = self._declare("POWER", drain, "Power in the transistor", kind="ai", unit="mW", precision=2)
        self.drain_supply = self._declare("VD:SUPPLY", drain, "Drain voltage, at the supply", **VOLT)
        self.gate_supply = self._declare("VG:SUPPLY", gate, "Gate voltage, at the supply", **VOLT)
        two: Number = {"kind": "bi", "states": ("No", "Yes")}
        self.locked = self._declare("LOCKED", drain, "Servo holds the drain current", **two)

    def _nominal(self) -> None:
        declare = self._declare
        self.nominal = {
            "VD": declare("VD:NOM", Port.DRAIN, "Drain voltage of the bias table", **VOLT),
            "ID": declare("ID:NOM", Port.DRAIN, "Drain current of the bias table", **MILLIAMPERE),
            "VG": declare("VG:NOM", Port.GATE, "Gate voltage of the bias table", **VOLT),
        }
        about = About(alert=alerts.BIAS_DEVIATION)
        self.deviation = {
            "VD": declare("VD:DEV", Port.DRAIN, "Drain voltage off the table", **PERCENT, about=about),
            "ID": declare("ID:DEV", Port.DRAIN, "Drain current off the table", **PERCENT, about=about),
            "VG": declare("VG:DEV", Port.GATE, "Gate voltage off the table, of >= .75 V", **PERCENT, about=about),
        }

    def _wishes(self) -> None:
        self._wanted = {
            "VD": self._wish("VD", Port.DRAIN, "ao", unit="V", precision=4, low=0.0, high=2.0,
                             change=lambda v: ChangeStage(number=self.number, drain=v)),
            "ID": self._wish("ID", Port.DRAIN, "ao", unit="mA", precision=4, low=0.0, high=15.0,
                             change=lambda v: ChangeStage(number=self.number, current=1e-3 * v)),
            "VG": self._wish("VG", Port.GATE, "ao", unit="V", precision=4, low=-6.0, high=2.0,
                             change=lambda v: ChangeStage(number=self.number, gate=v)),
        }  # fmt: skip
        states: Number = {"states": ("Off", "On")}
        self.servo = self._declare("SERVO", Port.GATE, "Gate follows the drain current", kind="bi", **states)
        self._wanted["SERVO"] = self._wish(
            "SERVO", Port.GATE, "bo", **states, change=lambda v: ChangeStage(number=self.number, servo=v == "On")
        )

    def _wish(self, suffix: str, port: Port, kind: str, *, change: Callable[[Any], ChangeStage],
              **keywords: Any) -> Channel:  # fmt: skip
        name = f"S{self.number}:{suffix}"
        truth = self.group.desk.entries[self.group.pv(name)].record
        channel = self._declare(f"{suffix}:SP", port, truth.doc, kind=kind, writable=True, **keywords,
                                about=About(restorable=False))  # fmt: skip
        self.group.desk.alias(self.group.pv(f"{name}:SP:RBV"), self.group.pv(name))

        async def put(request: Put) -> None:
            self._ask(change(request.value))
            channel.post(request.value, force=True)

        self.group.accept(channel, put)
        return channel

    # --- showing ----------------------------------------------------------------------------------

    def show(self, seen: Seen, reading: Reading) -> None:
        """Show what a step has left."""
        point, lost = seen.point, self._lost()
        show(self.volts, point.drain if point else None, lost)
        show(self.current, 1e3 * point.current if point else None, lost)
        show(self.gate, point.gate if point else None, lost)
        show(self.leak, None if point is None or point.leak is None else 1e6 * point.leak, lost)
        show(self.power, 1e3 * point.drain * point.current if point else None, lost)
        drain, gate = (self._output(reading, port) for port in Port)
        show(self.drain_supply, drain.volts if drain else None, lost)
        show(self.gate_supply, gate.volts if gate else None, lost)
        show(self.locked, None if point is None else "Yes" if seen.locked else "No", lost)
        nominal = seen.nominal
        table = {} if nominal is None else {"VD": nominal.drain, "ID": 1e3 * nominal.current, "VG": nominal.gate}
        found = {} if point is None else {"VD": point.drain, "ID": 1e3 * point.current, "VG": point.gate}
        for name in ("VD", "ID", "VG"):
            show(self.nominal[name], table.get(name))
            self._deviate(name, found.get(name), table.get(name), judged=seen.judged)
        self._follow(seen)

    def _lost(self) -> str:
        """Return the status of what is not known."""
        return "READ" if all(device.connected for device in self._devices.values()) else "COMM"

    def _output(self, reading: Reading, port: Port) -> OutputReading | None:
        return reading.outputs.get(Terminal(self.number, port))

    def _deviate(self, name: str, found: float | None, nominal: float | None, *, judged: bool) -> None:
        """Show how far something is off the table, as a share of it; alarmed with hysteresis."""
        channel = self.deviation[name]
        if found is None or nominal is None:
            show(channel, None)
            return
        percent = 100.0 * (found - nominal) / max(abs(nominal), GATE_FLOOR if name == "VG" else 0.0)
        limit = CLEAR if self._deviating.get(name, False) else ALARM
        self._deviating[name] = judged and abs(percent) > limit
        if self._deviating[name]:
            channel.post(percent, status="HIGH" if percent > 0.0 else "LOW", severity="MINOR")
        else:
            channel.post(percent)

    def _follow(self, seen: Seen) -> None:
        """Let the wishes be what is wanted, or, where nobody wants anything, what is."""
        target, point = seen.target, seen.point
        wanted: dict[str, float | None]
        if target is not None:
            held = target.gate if target.gate is not None else point.gate if point else None
            wanted = {"VD": target.drain, "ID": 1e3 * target.current, "VG": held}
        elif seen.off:
            wanted = {"VD": 0.0, "ID": 0.0, "VG": point.gate if point else None}
        else:
            wanted = {"VD": None, "ID": None, "VG": None} if point is None else {
                "VD": point.drain, "ID": 1e3 * point.current, "VG": point.gate}  # fmt: skip
        for name, value in wanted.items():
            show(self._wanted[name], value)
        servo = None if point is None and target is None else "On" if target is not None and target.servo else "Off"
        show(self.servo, servo)
        show(self._wanted["SERVO"], servo)

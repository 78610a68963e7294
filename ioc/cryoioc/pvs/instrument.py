"""PVs of an instrument itself: connection, errors, identity, relays (PVS.md "Station")."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from cryoioc.clock import Clock
from cryoioc.pvs import alerts
from cryoioc.pvs.about import NOTHING_SPECIAL, About
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.pvs.settings import Setting, shape
from cryoioc.records import Channel, Record
from cryoioc.station import Instrument

QUIET = 1.2  # s without an answer that are told; with a look every LISTENS, an alarm within 1.8 s
LISTENS = 0.2  # s between two looks for silence


class InstrumentGroup(Group):
    """``<INSTRUMENT>:CONNECTED`` and its companions."""

    def __init__(self, desk: Desk, spec: Instrument, device: Device, clock: Clock) -> None:
        super().__init__(desk, spec.name, needs=spec.name)
        self.spec, self.device, self.clock = spec, device, clock
        self._connected = self._plain(
            "CONNECTED",
            kind="bi",
            states=("No", "Yes"),
            severities={"No": "MAJOR"},
            doc="Instrument answers",
            initial="No",
            about=About(alert=alerts.CONNECTED),
        )
        self._answers = self._plain("ANSWERS", kind="bi", states=("No", "Yes"), severities={"No": "MAJOR"},
                                    doc="Polls are being answered", initial="No",
                                    about=About(alert=alerts.ANSWERS))  # fmt: skip
        count: dict[str, Any] = {"kind": "longin", "initial": 0}
        self._counters = {
            "timeouts": self._plain("TIMEOUTS", **count, doc="Messages without an answer in time"),
            "bad_replies": self._plain("BADREPLY", **count, doc="Unreadable or misshapen answers"),
            "unsolicited": self._plain("UNASKED", **count, doc="Late or foreign lines dropped"),
            "resyncs": self._plain("RESYNCS", **count, doc="Times the alignment was proven anew"),
            "reconnects": self._plain("RECONNECTS", **count, doc="Connections after the first"),
            "internal": self._plain("INTERNAL", **count, doc="Faults of the IOC's own code"),
        }
        self._errors = self._plain("ERRORS", **count, doc="Sum of timeouts and of all other faults")
        self._last_error = self._plain("LASTERR", kind="charin", length=200, doc="Last error on the line", initial="")
        self._unanswered = self._plain(
            "UNANSWERED", kind="charin", length=200, doc="What is never answered", initial=""
        )
        slow = About(sampled=60.0)
        self._poll_time = self._plain(
            "POLLTIME", kind="ai", unit="s", doc="One full pass over everything polled", about=slow
        )
        self._rate = self._plain(
            "POLLRATE", kind="ai", unit="Hz", precision=2, doc="Poll messages answered per second", about=slow
        )
        self._identity = self._plain("IDN", kind="charin", length=80, doc="What the instrument says it is")
        self._firmware = self._plain("FIRMWARE", kind="stringin", doc="Firmware")
        self._serial = self._plain(
            "SERIAL", kind="stringin", doc="Serial number", about=About(alert=alerts.SERIAL)
        )
        for relay in device.model.relays:
            self._relay(relay)
        if "ALMB" in device.model.rows:
            Setting(self, "BEEPER", device, device.slot("ALMB"), "on")
        if device.model.maker == "LSCI":  # others mean other things by MODE
            Setting(self, "REMOTE", device, device.slot("MODE"), "mode")
        if "OPST" in device.model.rows:
            self._operation(device.slot("OPST"))
        self._line_clock = Clock()
        device.on_edge(self._edge)
        device.distrust = self._distrust

    def _plain(self, suffix: str, *, about: About = NOTHING_SPECIAL, **keywords: Any) -> Channel:
        return self.declare(Record(name=self.pv(suffix), **keywords), instrument=self.spec.name, about=about)

    def _shown(self, suffix: str, slot: Slot, field: str, **overrides: Any) -> Channel:
        """Declare a PV that shows one field of an exchange."""
        keywords = {k: v for k, v in shape(slot.row[field]).items() if k not in ("low", "high")} | overrides
        record = Record(name=self.pv(suffix), **keywords)
        channel = self.declare(
            record, instrument=self.spec.name, query=slot.row.ask(*slot.address), every=slot.row.every
        )

        def good(values: Values) -> None:
            channel.post(values[field])

        self.device.watch(slot, good, channel.invalidate)
        return channel

    def _relay(self, relay: int) -> None:
        device, name = self.device, f"RELAY{relay}"
        if device.model["RELAYST"].addresses:
            self._shown(name, device.slot("RELAYST", relay), "state")
        else:
            self._relay_bit(name, device.slot("RELAYST"), relay)
        slot = device.slot("RELAY", relay)
        for suffix, field in (("MODE", "mode"), ("INPUT", "input"), ("ALARM", "alarm")):
            # Putting the mode On or Off switches what is wired to the relay.
            Setting(self, f"{name}:{suffix}", device, slot, field, about=About(restorable=field != "mode"))

    def _relay_bit(self, name: str, slot: Slot, relay: int) -> None:
        """One relay out of the bits of all."""
        record = Record(name=self.pv(name), kind="bi", states=("Off", "On"), doc="Relay is energised")
        channel = self.declare(record, instrument=self.spec.name, query=slot.row.ask(), every=slot.row.every)

        def good(values: Values) -> None:
            channel.post("On" if values["states"] >> (relay - 1) & 1 else "Off")

        self.device.watch(slot, good, channel.invalidate)

    def _operation(self, slot: Slot) -> None:
        """What the instrument says of itself: not calibrated, or its input processor lost."""
        channel = self._plain("HEALTH", kind="mbbi", states=("OK", "Not calibrated", "Processor lost"),
                              severities={"Not calibrated": "MAJOR", "Processor lost": "MAJOR"},
                              doc="Instrument's own self-check", about=About(alert=alerts.HEALTH))  # fmt: skip

        def good(values: Values) -> None:
            bits = values["condition"]
            channel.post("Processor lost" if bits & 128 else "Not calibrated" if bits & 64 else "OK")

        self.device.watch(slot, good, channel.invalidate)

    def _edge(self) -> None:
        device = self.device
        self._connected.post("Yes" if device.connected else "No")
        if not device.connected:
            self.say(device.down_reason)
            return
        self.quiet()
        identity = device.identity
        assert identity is not None
        other = bool(self.spec.serial) and identity.serial not in ("", self.spec.serial)
        severity = "MINOR" if other else "NO_ALARM"
        self._identity.post(identity.text, status="STATE", severity=severity)
        self._firmware.post(identity.firmware[:39])
        self._serial.post(identity.serial, status="STATE", severity=severity)
        if other:
            self.say(f"Serial number {identity.serial}, station file says {self.spec.serial}")

    def _distrust(self) -> None:
        """Make every reading and state INVALID that this instrument fills, whoever should have done so."""
        entries = self.desk.entries
        for name, entry in entries.items():
            channel = self.desk.channels[name]
            wish = entries.get(f"{name}:SP")
            ours = wish is not None and not wish.query  # a setting of the IOC itself
            fills = entry.needs == self.spec.name and entry.group != self.name and not ours
            if fills and entry.record.kind in ("ai", "bi", "mbbi", "longin") and channel.valid:
                channel.invalidate("COMM")

    @cached_property
    def _patience(self) -> float:
        """Silence that is told, [s]: of what is asked most often, which is known once all groups are declared."""
        return max(QUIET, 3.0 * min((poll.every for poll in self.device.polls()), default=0.0))

    def listen(self) -> None:
        """Tell at once when the instrument falls silent or is heard again; called every ``LISTENS``."""
        quiet = not self.device.connected or self._line_clock.now() - self.device.answered > self._patience
        word = "No" if quiet else "Yes"
        if word != self._answers.value:
            self._answers.post(word)

    def tick(self) -> None:
        """Bring the counters up to date; called about once a second."""
        statistics = self.device.statistics()
        if statistics is None:
            return
        for name, channel in self._counters.items():
            channel.post(getattr(statistics, name))
        faults = statistics.timeouts, statistics.bad_replies, statistics.unsolicited, statistics.internal
        self._errors.post(sum(faults))
        self._last_error.post(statistics.last_error[:199])
        self._unanswered.post("; ".join(statistics.unanswered)[:199])
        self.listen()
        self._answers.post(self._answers.value)
        if not self.device.connected:
            self._poll_time.invalidate("COMM")
            self._rate.invalidate("COMM")
            return
        if statistics.sweep_period:
            self._poll_time.post(statistics.sweep_period)
        self._rate.post(statistics.slots_per_second)


async def listen_to(groups: Sequence[InstrumentGroup]) -> None:
    """Notice silent instruments, sooner than their ticks do, until cancelled."""
    clock = Clock()  # a line's time is real
    while True:
        await clock.sleep(LISTENS)
        for group in groups:
            group.listen()

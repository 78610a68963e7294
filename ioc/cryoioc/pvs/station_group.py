"""PVs of the station: ``OK``, ``MSG``, ``ALLOFF``, interlock summary, health."""

from __future__ import annotations

import asyncio
import os
import platform
import resource
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryoioc.clock import Clock
from cryoioc.errors import CryoError, DeviceRefused, Refused, ReplyError, ReplyTimeout
from cryoioc.link import Conversation, Priority
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.device import Device
from cryoioc.pvs.flow import FlowGroup
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.records import Record, Server

TRIES = 5  # of an ALLOFF that is not confirmed
OPEN_FILES = Path("/proc/self/fd")
HEALTH = About(sampled=60.0)  # of the IOC: moves slowly, and nobody needs it finer
INTERLOCK_STATES = ("OK", "Bypassed", "Latched", "Tripped")
INTERLOCK_SEVERITIES = {"Bypassed": "MINOR", "Latched": "MINOR", "Tripped": "MAJOR"}


class StationGroup(Group):
    """The station as a whole."""

    def __init__(self, desk: Desk, devices: Sequence[Device], clock: Clock) -> None:
        super().__init__(desk, "")
        desk.station = self
        self.devices, self.clock = devices, clock
        self.required: list[ThermometerGroup | FlowGroup] = []
        self.loops: list[LoopGroup] = []
        self._started: float | None = None  # s, first tick
        self.open_files = 0  # of this process, at the last tick
        self.ok = self.declare(
            Record(
                name="OK",
                kind="bi",
                states=("No", "Yes"),
                severities={"No": "MAJOR"},
                doc="Readings valid, links up, no trip",
            ),
            about=About(alert=alerts.STATION),
        )
        self.command("ALLOFF", "Every heater off, at once", self.all_off, set="RANGE {output},0")
        self._off_status = self.declare(
            Record(name="ALLOFF:STATUS", kind="bi", states=("OK", "Not confirmed"), doc="Last ALLOFF was confirmed",
                   severities={"Not confirmed": "MAJOR"}, initial="OK"),
            about=About(alert=alerts.ALLOFF))  # fmt: skip
        self._interlocks()
        self._health()

    async def all_off(self) -> None:
        """Put every output of every controller off, before all queued writes; fail if one is not off."""
        controllers = [device for device in self.devices if device.model.outputs]
        results = await asyncio.gather(*(self._off(device) for device in controllers), return_exceptions=True)
        failures = []
        for device, result in zip(controllers, results, strict=True):
            if isinstance(result, CryoError):
                failures.append(f"{device.name}: {result}")
            elif isinstance(result, BaseException):
                raise result
        self._off_status.post("Not confirmed" if failures else "OK")
        if failures:
            raise DeviceRefused("; ".join(failures))
        for loop in self.loops:
            loop.target.wanted = False

    async def _off(self, device: Device) -> None:
        """Put one controller off; repeat until it says so, the line is down, or patience ends.

        Puts that wait for its wire are refused: nobody meant them to come after this.
        """
        loops = [loop for loop in self.loops if loop.device is device]
        pairs = [loop.output.range_setting.pair for loop in loops]
        device.switching_off = True
        for pair in pairs:
            pair.ours = True
        if device.link is not None:
            device.link.refuse_puts(Refused("ALLOFF was put"))
        try:
            for tries_left in reversed(range(TRIES)):
                try:
                    return await device.transact(self._switch_off(device, loops), Priority.URGENT)
                except (ReplyTimeout, ReplyError, DeviceRefused):
                    if not tries_left:
                        raise
        finally:
            device.switching_off = False
            for pair in pairs:
                pair.ours = False
                pair.wish.post(pair.truth.value, force=True)

    def _switch_off(self, device: Device, loops: Sequence[LoopGroup]) -> Callable[[Conversation], Awaitable[None]]:
        row, outputs = device.model["RANGE"], device.model.outputs
        commands = [row.tell({"range": "Off"}, n) for n in outputs]
        for loop in loops:
            ramp = loop.target.writer.ramp
            if loop.mode == "Zone" and ramp.values is not None:
                # A setpoint that goes on moving would let the next zone switch its range on.
                commands.append(ramp.row.tell(ramp.values | {"on": "Off"}, *ramp.address))

        async def work(talk: Conversation) -> None:
            replies = await device.checked(talk, [*commands, *(row.ask(n) for n in outputs)])
            still = [str(n) for n, reply in zip(outputs, replies, strict=True) if row.parse(reply)["range"] != "Off"]
            answers = dict(zip(outputs, replies, strict=True))
            for loop in loops:
                slot = loop.output.range_slot  # heater and voltage outputs name their ranges differently
                device.learn(slot, slot.row.parse(answers[loop.spec.output]), self.clock.now())
            if still:
                raise DeviceRefused(f"output {', '.join(still)} is still on")

        return work

    # --- interlocks: the summary; no interlock is declared yet ------------------------------------

    def _interlocks(self) -> None:
        self.declare(Record(name="INTLK", kind="mbbi", states=INTERLOCK_STATES, severities=INTERLOCK_SEVERITIES,
                            doc="Worst interlock state", initial="OK"),
                     about=About(alert=alerts.INTERLOCKS))  # fmt: skip
        self.declare(Record(name="INTLK:FIRST", kind="stringin", doc="Interlock that tripped first", initial=""))
        self.declare(Record(name="INTLK:MSG", kind="charin", length=200, doc="Interlock message", initial=""))

        async def reset() -> None:
            """Nothing is latched, so there is nothing to do."""

        self.command("INTLK:RESET", "Reset latched interlocks", reset)

    # --- health -----------------------------------------------------------------------------------

    def _health(self) -> None:
        self.heartbeat = self.declare(Record(name="HEARTBEAT", kind="longin", doc="Counts seconds", initial=0),
                                      about=About(sampled=0))  # fmt: skip
        self.uptime = self.declare(
            Record(name="UPTIME", kind="ai", unit="s", precision=0, doc="Since the IOC started"), about=HEALTH
        )
        self.declare(Record(name="VERSION", kind="stringin", doc="Version of the IOC")).post(version("cryoioc"))
        self._facts()
        self._counts = {
            name: self.declare(Record(name=f"IOC:{name}", kind="longin", doc=doc), about=HEALTH)
            for name, doc in (("CA_CLNT_CNT", "Clients connected"), ("CA_CONN_CNT", "Channels connected"),
                              ("CA_STALL_CNT", "Times a client took nothing for 1 s"),
                              ("CA_CUT_CNT", "Clients cut off, too far behind"),
                              ("RECORD_CNT", "PVs served"), ("FD_CNT", "Open files"))}  # fmt: skip
        number: dict[str, Any] = {"kind": "ai", "precision": 1}
        self._cpu = self.declare(Record(name="IOC:IOC_CPU_LOAD", **number, unit="%", doc="Share of one core used"),
                                 about=HEALTH)  # fmt: skip
        self._memory = self.declare(Record(name="IOC:MEM_USED", **number, unit="MB", doc="Resident memory, highest"),
                                    about=HEALTH)  # fmt: skip
        self._cpu_before = (time.process_time(), time.monotonic())

    def _facts(self) -> None:
        for name, doc, text in (
            ("STARTTOD", "Start, UTC", time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())),
            ("HOSTNAME", "Host", platform.node()),
            ("KERNEL_VERS", "Operating system", f"{platform.system()} {platform.release()}"),
            ("EPICS_VERS", "Channel Access server", f"caproto {version('caproto')}"),
            ("PROCESS_ID", "Process", str(os.getpid())),
        ):
            # Posted, not declared: a fact of this run has no place in what is generated from the declarations.
            self.declare(Record(name=f"IOC:{name}", kind="stringin", doc=doc)).post(text[:39])

    def tick(self, server: Server | None) -> None:
        """Bring health up to date; called about once a second."""
        self.heartbeat.post((int(self.heartbeat.value) + 1) % 2**31)
        if self._started is None:
            self._started = self.clock.now()
        self.uptime.post(self.clock.now() - self._started)
        links = all(device.connected for device in self.devices)
        readings = all(group.ok.value == "Yes" for group in self.required)
        self.ok.post("Yes" if links and readings else "No")
        cpu, wall = time.process_time(), time.monotonic()
        before_cpu, before_wall = self._cpu_before
        if wall > before_wall:
            self._cpu.post(100.0 * (cpu - before_cpu) / (wall - before_wall))
        self._cpu_before = (cpu, wall)
        self._memory.post(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0)
        self._counts["RECORD_CNT"].post(len(self.desk.channels))
        self.open_files = sum(1 for _ in OPEN_FILES.iterdir()) if OPEN_FILES.is_dir() else 0
        self._counts["FD_CNT"].post(self.open_files)
        if server is not None:
            self._counts["CA_CLNT_CNT"].post(server.clients)
            self._counts["CA_CONN_CNT"].post(server.connections)
            self._counts["CA_STALL_CNT"].post(server.laggards.stalled)
            self._counts["CA_CUT_CNT"].post(server.laggards.closed)

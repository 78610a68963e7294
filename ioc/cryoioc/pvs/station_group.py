"""PVs of the station: ``OK``, ``MSG``, ``ALLOFF``, health."""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.errors import CryoError, DeviceRefused
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import ACCESS, LONG, Desk, Group
from cryoioc.pvs.device import Device
from cryoioc.pvs.flow import FlowGroup
from cryoioc.pvs.power_output import PowerGroup
from cryoioc.pvs.switch_off import HeaterSwitch
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.records import Record, Server

OPEN_FILES = Path("/proc/self/fd")
HEALTH = About(sampled=60.0)  # of the IOC: moves slowly, and nobody needs it finer


class StationGroup(Group):
    """The station as a whole."""

    def __init__(self, desk: Desk, devices: Sequence[Device], clock: Clock) -> None:
        super().__init__(desk, "")
        desk.station = self
        self.devices, self.clock = devices, clock
        self.required: list[ThermometerGroup | FlowGroup] = []
        self.switches: Sequence[HeaterSwitch] = ()
        self.powers: Sequence[PowerGroup] = ()
        self.objections: Sequence[Callable[[], str]] = ()  # each: why the station is not OK; empty: it is
        self._started: float | None = None  # s, first tick
        self.open_files = 0  # of this process, at the last tick
        self.ok = self.declare(
            Record(
                name="OK",
                kind="bi",
                states=("No", "Yes"),
                severities={"No": "MAJOR"},
                doc="Readings valid, links up, no trip",
                asg=ACCESS,
            ),
            about=About(alert=alerts.STATION),
        )
        self.why = self.declare(Record(name="OK:WHY", kind="charin", length=LONG, doc="Why OK is No"))
        self.command("ALLOFF", "Every heater off, at once", self.all_off, set="RANGE {output},0",
                     stays_open=True)  # fmt: skip
        self._off_status = self.declare(
            Record(name="ALLOFF:STATUS", kind="bi", states=("OK", "Not confirmed"), doc="Last ALLOFF was confirmed",
                   severities={"Not confirmed": "MAJOR"}, initial="OK"),
            about=About(alert=alerts.ALLOFF))  # fmt: skip
        self._health()

    def _objection(self) -> str:
        """Return what is wrong, a cause before what follows from it; empty: nothing."""
        for device in self.devices:
            if not device.connected:
                return f"{device.name} is not connected"
        for group in self.required:
            if group.ok.value != "Yes":
                return f"{group.name} has no valid reading"
        return next(filter(None, (objection() for objection in self.objections)), "")

    async def all_off(self) -> None:
        """Put every heater output off, before all queued writes; fail if one is not off."""
        every: list[HeaterSwitch | PowerGroup] = [*self.switches, *self.powers]
        results = await asyncio.gather(*(switch.all_off() for switch in every), return_exceptions=True)
        failures = []
        for switch, result in zip(every, results, strict=True):
            if isinstance(result, CryoError):
                failures.append(f"{switch.name}: {result}")
            elif isinstance(result, BaseException):
                raise result
        self._off_status.post("Not confirmed" if failures else "OK")
        if failures:
            raise DeviceRefused("; ".join(failures))

    # --- health -----------------------------------------------------------------------------------

    def _health(self) -> None:
        self.heartbeat = self.declare(Record(name="HEARTBEAT", kind="longin", doc="Counts seconds", initial=0),
                                      about=About(sampled=0))  # fmt: skip
        self.uptime = self.declare(
            Record(name="UPTIME", kind="ai", unit="s", precision=0, doc="Since the IOC started"), about=HEALTH
        )
        # The names under which clients of devIocStats look for these two; there UPTIME is a text.
        self.desk.alias("IOC:HEARTBEAT", "HEARTBEAT")
        self._uptime_text = self.declare(
            Record(name="IOC:UPTIME", kind="stringin", doc="Since the IOC started, days and h:mm:ss"), about=HEALTH
        )
        self.declare(Record(name="VERSION", kind="stringin", doc="Version of the IOC")).post(version("cryoioc"))
        self._facts()
        self._counts = {
            name: self.declare(Record(name=f"IOC:{name}", kind="longin", doc=doc), about=HEALTH)
            for name, doc in (("CA_CLNT_CNT", "Clients connected"), ("CA_CONN_CNT", "Channels connected"),
                              ("CA_STALL_CNT", "Times a client took nothing for 1 s"),
                              ("CA_CUT_CNT", "Clients cut off, too far behind"),
                              ("RECORD_CNT", "PVs served"), ("FD_CNT", "Open files"))}  # fmt: skip
        self._cpu = self.declare(Record(name="IOC:IOC_CPU_LOAD", kind="ai", precision=1, unit="%",
                                        doc="Share of one core used"), about=HEALTH)  # fmt: skip
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
        up = self.clock.now() - self._started
        self.uptime.post(up)
        self._uptime_text.post(str(timedelta(seconds=int(up))))
        why = self._objection()
        self.why.post(why[: LONG - 1])
        self.ok.post("No" if why else "Yes")
        cpu, wall = time.process_time(), time.monotonic()
        before_cpu, before_wall = self._cpu_before
        if wall > before_wall:
            self._cpu.post(100.0 * (cpu - before_cpu) / (wall - before_wall))
        self._cpu_before = (cpu, wall)
        self._counts["RECORD_CNT"].post(len(self.desk.channels))
        self.open_files = sum(1 for _ in OPEN_FILES.iterdir()) if OPEN_FILES.is_dir() else 0
        self._counts["FD_CNT"].post(self.open_files)
        if server is not None:
            self._counts["CA_CLNT_CNT"].post(server.clients)
            self._counts["CA_CONN_CNT"].post(server.connections)
            self._counts["CA_STALL_CNT"].post(server.laggards.stalled)
            self._counts["CA_CUT_CNT"].post(server.laggards.closed)

"""``cryoioc demo``: emulated instruments and the IOC of a station, with a live table in the terminal.

The instruments run in a process of their own (``cryosim run``), on loopback ports that it chooses;
the ports of the station file are not opened.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table

from cryoioc.clock import Clock
from cryoioc.errors import CryoError, Unavailable
from cryoioc.instruments import dialect_of
from cryoioc.ioc import Ioc, opener_of
from cryoioc.records import Channel, Server
from cryoioc.records.ports import LOOPBACK
from cryoioc.station import Station

REFRESH = 0.5  # s
HINTS = (
    "Try in another terminal (Ctrl-C here ends the demo):",
    "  export {settings}",
    "  {get}",
    "  {put}",
)
SEVERITY_STYLES = {"MINOR": "yellow", "MAJOR": "red", "INVALID": "magenta"}
# What of each group is shown, where the station has it; the most important first.
SHOWN = {
    "thermometers": ("TEMP", "SENSOR", "RATE", "STATUS"),
    "loops": ("TEMP:SP", "SETPOINT", "RANGE", "HEATER", "POWER", "STATE", "INPOS"),
    "amplifiers": ("BIAS", "STATE", "READY", "POWER", "TN", "GAIN"),
    "powers": ("STATE", "POWER", "THERMOSTAT"),
}
ALONE = ("FLOW", "FLOW:MASS", "FLOW:LIQUID:TOTAL", "DEWAR:LEVEL", "DEWAR:PRESSURE", "DEWAR:HOLD", "TUBE:PRESSURE",
         "VALVE", "COMP", "VAC", "VAC:STATUS")  # fmt: skip


class Demo:
    """One demonstration.

    Parameters
    ----------
    station : Station
    port : int or None
        Channel Access port, instead of the station's.
    duration : float or None
        Seconds until it stops by itself.
    twin_port : int, optional
        Channel Access port of the simulator IOC, which is not served without one.
    """

    def __init__(self, station: Station, port: int | None, duration: float | None,
                 twin_port: int | None = None) -> None:  # fmt: skip
        self.station, self.port, self.duration = station, port, duration
        self.hands = ("--ca-port", str(twin_port)) if twin_port is not None else ()
        self.console = Console()

    async def run(self) -> None:
        """Run until cancelled, or for the duration.

        Raises
        ------
        CryoError
            If the instruments cannot start; :class:`Unavailable` if the server cannot, or they end by themselves.
        """
        twin = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cryosim", "run", str(self.station.path), "--announce", *self.hands,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True)  # fmt: skip
        try:
            await self._serve(twin)
        finally:
            assert twin.stdin is not None
            twin.stdin.close()  # the twin ends with its standard input
            await twin.wait()

    async def _serve(self, twin: asyncio.subprocess.Process) -> None:
        assert twin.stdout is not None
        line = await twin.stdout.readline()
        if not line:
            raise CryoError("the emulated instruments did not start; what they said is above")
        openers = {
            name: opener_of(url, dialect_of(self.station.instruments[name], self.station.path.parent).settings)
            for name, url in json.loads(line).items()
        }
        ioc = Ioc(self.station, Clock(), openers)
        others = ioc.sources.others
        others.addresses = tuple(address for address in others.addresses if address[0].startswith("127."))
        server = ioc.make_server(self.port)
        server.interfaces = (LOOPBACK,)
        await server.start()  # a taken port is told before anything is shown
        work = asyncio.ensure_future(ioc.run(server))
        twin_ends = asyncio.ensure_future(twin.wait())
        show = asyncio.ensure_future(self._show(ioc, server))
        try:
            done, _ = await asyncio.wait({work, twin_ends, show}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if twin_ends in done:
                raise Unavailable("the emulated instruments have ended")
        finally:
            for task in (work, twin_ends, show):
                task.cancel()
            await asyncio.gather(work, twin_ends, show, return_exceptions=True)

    async def _show(self, ioc: Ioc, server: Server) -> None:
        """Show the table until the duration is over; without a terminal, print it once at the end."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.duration if self.duration is not None else float("inf")
        self.console.print(self._hints(server), markup=False, highlight=False, soft_wrap=True)
        if not self.console.is_terminal:
            await asyncio.sleep(max(0.0, end - loop.time()) if self.duration is not None else 1e9)
            self.console.print(self._table(ioc))
            return
        with Live(console=self.console, auto_refresh=False, transient=False) as live:
            while loop.time() < end:
                live.update(self._table(ioc, self.console.height - len(HINTS) - 6), refresh=True)
                await asyncio.sleep(min(REFRESH, max(0.0, end - loop.time())))

    def _hints(self, server: Server) -> str:
        here = Path(sys.executable).parent
        folder = here.relative_to(Path.cwd()) if here.is_relative_to(Path.cwd()) else here
        get, put = (
            ("caget", "caput -c") if shutil.which("caget") else (f"{folder}/caproto-get", f"{folder}/caproto-put -c")
        )
        names = {
            "settings": f"EPICS_CA_ADDR_LIST={LOOPBACK} EPICS_CA_AUTO_ADDR_LIST=NO EPICS_CA_SERVER_PORT={server.port}",
            "get": f"{get} {self.station.prefix}{next(iter(self.station.thermometers), 'VAP')}:TEMP",
            "put": f"{put} {self.station.prefix}{_something(self.station)}",
        }
        return "\n".join(HINTS).format(**names)

    def _table(self, ioc: Ioc, rows: int = 1000) -> Table:
        """Return the table, of at most ``rows`` lines: the most important come first."""
        table = Table(title=f"{self.station.name}: emulated instruments", title_justify="left")
        table.add_column("PV", no_wrap=True)
        table.add_column("value", justify="right", min_width=12)
        table.add_column("unit", min_width=6)
        table.add_column("alarm", min_width=14)
        channels = [channel for name in self._names() if (channel := ioc.desk.channels.get(name)) is not None]
        for channel in channels[: max(rows, 4)]:
            table.add_row(self.station.prefix + channel.name, _text(channel), channel.record.unit, _alarm(channel))
        return table

    def _names(self) -> list[str]:
        station, names = self.station, ["OK", "MSG"]
        for kind, shown in SHOWN.items():
            names += [f"{one}:{suffix}" for one in getattr(station, kind) for suffix in shown]
        loads = [f"{stage}:LOAD" for stage in (station.cooler.first, station.cooler.second)] if station.cooler else []
        return [*names, *ALONE, *loads]


def _something(station: Station) -> str:
    """Return a put that shows what the station is for, and that it takes as it begins."""
    for group, put in ((station.loops, "TEMP:SP 20"), (station.amplifiers, "BIAS:SP Cold"),
                       (station.thermometers, "MINMAX:RESET 1")):  # fmt: skip
        if group:
            return f"{next(iter(group))}:{put}"
    return "ALLOFF 1"


def _text(channel: Channel) -> str:
    value = channel.value
    return f"{value:.{channel.record.precision}f}" if isinstance(value, float) else str(value)


def _alarm(channel: Channel) -> str:
    if channel.severity == "NO_ALARM":
        return ""
    style = SEVERITY_STYLES[channel.severity]
    return f"[{style}]{channel.status} {channel.severity}[/]"

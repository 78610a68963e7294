"""An emulated Lake Shore behind open doors: the maker's driver at one, a raw connection at another."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from lakeshore import Model335, Model336
from serial.tools.list_ports_common import ListPortInfo

from cryoioc.clock import Clock
from cryosim.emulators.lakeshore import LakeShore, Model
from cryosim.emulators.line import Line, LineSettings
from cryosim.plant.dummy import ResistiveHeater
from cryosim.serving import LOOPBACK, pty, tcp

T = TypeVar("T")

PATIENCE = 10.0  # s, before a test gives up; nothing is measured with it
TCP, PTY = "tcp", "pty"
BAUD = 57600  # bit/s; lakeshore-protocol.md 2.1
VENDOR = 0x1FB9  # of the USB ports; lakeshore-protocol.md 2.1
IDENTITIES = {  # serial number, firmware, USB product; lakeshore-protocol.md 2.1 and 2.8
    "lakeshore335": ("335A12T", "3.2", 0x0300),
    "lakeshore336": ("LSA2CMQ", "2.9", 0x0301),
}
INPUTS = {"lakeshore335": "AB", "lakeshore336": "ABCD"}
OUTPUTS = {"lakeshore335": (1, 2), "lakeshore336": (1, 2, 3, 4)}

# Breakpoints of the standard curve DT-670, [V] by [K]; lakeshore-protocol.md 8.1
VOLTS = {12.35: 1.32727, 14.0: 1.29430, 17.1: 1.24208, 81.0: 1.02125}


class Backstage:
    """An event loop in a thread of its own: cryosim serves there while a driver blocks here."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there; return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE)

    def call(self, function: Callable[[], T]) -> T:
        """Call a function there, between two messages; return its result."""

        async def once() -> T:
            return function()

        return self.run(once())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Recorder:
    """The driver, and the names of its methods that a test has called."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self.called: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._driver, name)
        if not inspect.isroutine(found):
            return found

        @wraps(found)
        def call(*arguments: Any, **named: Any) -> Any:
            self.called.add(name)
            return found(*arguments, **named)

        return call


@dataclass
class Probe:
    """A sensor that reads what it is told, [V] or [ohm]."""

    value: float = VOLTS[12.35]

    def read(self) -> float:
        return self.value


@dataclass
class Bench:
    """What a round trip works with; each one finds an instrument fresh from the factory.

    All inputs are diodes with the curve DT-670, at 12.35 K; all outputs heat 25 ohm.
    """

    model: Model
    door: str
    port: int
    link: Path
    driver: Any  # a Recorder
    wire: BinaryIO  # the second connection
    backstage: Backstage
    line: Line
    probes: dict[str, Probe] = field(default_factory=dict)
    heaters: dict[int, ResistiveHeater] = field(default_factory=dict)

    def renew(self) -> None:
        """Put another instrument at the end of the line."""
        self.probes = {letter: Probe() for letter in INPUTS[self.model]}
        self.heaters = {number: ResistiveHeater(25.0) for number in OUTPUTS[self.model]}
        fresh = emulated(self.model, self.probes, self.heaters)
        self.backstage.call(lambda: setattr(self.line, "instrument", fresh))
        self.driver.called.clear()

    def raw(self, message: str) -> str:
        """Send a message on the second connection; return the reply without its terminator."""
        self.wire.write(message.encode("ascii") + b"\n")
        self.wire.flush()
        return self.wire.readline().decode("ascii").removesuffix("\r\n")

    def tell(self, *commands: str) -> None:
        """Send commands on the second connection; insist that they are accepted."""
        assert self.raw(";".join((*commands, "*ESR?"))) == "000"

    def pass_time(self, seconds: float = 0.1) -> None:
        """Let time pass for the instrument, and for it alone."""
        steps = round(seconds / 0.1)
        self.backstage.call(lambda: [self.line.instrument.advance(0.1) for _ in range(steps)])


def emulated(model: Model, probes: dict[str, Probe], heaters: dict[int, ResistiveHeater]) -> LakeShore:
    """Return an instrument with a curve on every input and nothing to report."""
    serial, firmware, _ = IDENTITIES[model]
    instrument = LakeShore(model, probes, heaters, serial=serial, firmware=firmware)
    for letter in probes:
        instrument.receive(f"INCRV {letter},2\n".encode())
    instrument.advance(0.1)  # a first reading with the curve
    instrument.receive(b"*CLS\n")
    return instrument


@contextlib.contextmanager
def open_bench(
    model: Model, door: str, backstage: Backstage, folder: Path, usb_bus: list[ListPortInfo]
) -> Iterator[Bench]:
    """Serve an instrument and connect the maker's driver to it, unmodified."""
    link = folder / "ttyUSB0"
    usb_bus.append(usb_port(model, link))
    # The terminal, the driver, the second connection, a third, and one that is not yet seen to be gone.
    line = Line(emulated(model, {}, {}), Clock(), LineSettings(latency=0.0, max_clients=5))
    with contextlib.ExitStack() as open_things:
        doors = contextlib.AsyncExitStack()
        open_things.callback(lambda: backstage.run(doors.aclose()))
        port = backstage.run(doors.enter_async_context(tcp(line)))
        backstage.run(doors.enter_async_context(pty(line, link)))
        driver = connect(model, door, port, link)
        open_things.callback(driver.disconnect_tcp if door == TCP else driver.disconnect_usb)
        second = open_things.enter_context(socket.create_connection((LOOPBACK, port), PATIENCE))
        wire = open_things.enter_context(second.makefile("rwb"))
        yield Bench(model, door, port, link, Recorder(driver), wire, backstage, line)


def connect(model: Model, door: str, port: int, link: Path) -> Any:
    """Return the maker's driver, connected."""
    where = {"ip_address": LOOPBACK, "tcp_port": port} if door == TCP else {"com_port": str(link)}
    return Model335(BAUD, **where) if model == "lakeshore335" else Model336(**where)


def usb_port(model: Model, link: Path) -> ListPortInfo:
    """Return the link as the USB bus of a machine with the instrument would list it."""
    found = ListPortInfo(str(link), skip_link_detection=True)
    found.serial_number, _, found.pid = IDENTITIES[model]
    found.vid = VENDOR
    return found

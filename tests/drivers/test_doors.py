"""Outside drivers at the doors of ``cryosim emulate``, and the maker's on a connection of one's own."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import serial
from alicat import FlowController
from lakeshore import Model335
from serial.tools.list_ports_common import ListPortInfo

from .lakeshore_bench import BAUD, LOOPBACK, PATIENCE, PTY, TCP, Bench, connect, usb_port
from .round_trips import MODELS

ROOT = Path(__file__).parents[2]
BENCH_KELVIN = 20.0  # where the bench of cryosim starts, and about where it stays with the heaters off


@contextmanager
def emulator(*arguments: str) -> Iterator[str]:
    """Run ``cryosim emulate`` in a process of its own; give where it can be reached, end it as an operator does."""
    command = [sys.executable, "-m", "cryosim", "emulate", *arguments]
    environment = {"PYTHONPATH": f"{ROOT / 'ioc'}:{ROOT / 'sim'}", "PATH": ""}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            model, where = process.stdout.readline().split()
            assert model == arguments[0]
            yield where
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def converse(driver: Any) -> None:
    """Set, get and read something while the world behind the instrument goes its way."""
    driver.set_heater_pid(1, 41.5, 27, 30)
    assert driver.get_heater_pid(1) == {"gain": 41.5, "integral": 27.0, "derivative": 30.0}
    assert driver.get_all_kelvin_reading() == pytest.approx(
        [BENCH_KELVIN] * len(driver.get_all_kelvin_reading()), abs=10
    )
    assert driver.get_input_reading_status("B").to_integer() == 0
    driver.set_heater_range(1, driver.HeaterRange.HIGH)
    driver.all_heaters_off()
    assert driver.get_heater_range(1) is driver.HeaterRange.OFF


@pytest.mark.parametrize("model", MODELS)
def test_emulate_listens(model: str) -> None:
    with emulator(model, "--listen", f"{LOOPBACK}:0") as where:
        driver = connect(model, TCP, int(where.rpartition(":")[2]), Path())
        converse(driver)
        driver.disconnect_tcp()


@pytest.mark.parametrize("model", MODELS)
def test_emulate_is_a_serial_port(model: str, tmp_path: Path, usb_bus: list[ListPortInfo]) -> None:
    link = tmp_path / "ttyUSB0"
    usb_bus.append(usb_port(model, link))
    with emulator(model, "--pty", str(link)) as where:
        assert where == str(link)
        for _ in range(2):  # 7O1 both times: on one and the same pseudo-terminal Linux would refuse the second
            driver = connect(model, PTY, 0, link)
            converse(driver)
            driver.disconnect_usb()
    assert not link.is_symlink()


class Connection:
    """What the driver calls a connection, on any port pyserial can open."""

    def __init__(self, url: str) -> None:
        self.port = serial.serial_for_url(url, timeout=PATIENCE)

    def write(self, text: str) -> None:
        self.port.write(text.encode("ascii") + b"\n")

    def query(self, text: str) -> str:
        self.write(text)
        return self.port.readline().decode("ascii").rstrip("\r\n")

    def clear(self) -> None:
        self.port.reset_input_buffer()


@pytest.mark.parametrize("bench", [("lakeshore335", TCP)], indirect=True)
def test_connection_of_ones_own(bench: Bench) -> None:
    connection = Connection(f"socket://{LOOPBACK}:{bench.port}")
    driver = Model335(BAUD, connection=connection)
    driver.set_manual_output(1, 12.5)
    assert driver.get_manual_output(1) == 12.5
    assert bench.raw("MOUT? 1;EMUL?") == "+012.50;0,0"
    connection.port.close()


def test_alicat_on_a_serial_port(tmp_path: Path) -> None:
    async def play(terminal: str) -> None:
        # The driver takes only a name under /dev for a serial port: the terminal's, not the link's.
        async with FlowController(terminal, timeout=PATIENCE) as driver:
            await driver.set_flow_rate(5.0)
            await driver.set_gas("N2")
            state = await driver.get()
            assert (state["setpoint"], state["gas"], state["control_point"]) == (5.0, "N2", "mass flow")

    link = tmp_path / "ttyUSB1"
    with emulator("alicat", "--controller", "--pty", str(link)):
        asyncio.run(play(str(link.readlink())))

"""Public drivers, and what public protocols ask, against the emulated level meters and the input box.

The LM-500 meets ``pylablib``, the ADAM box ``adam-ascii``.  Of the AMI 1700 no package can be had without a
desktop toolkit; two laboratories have published the StreamDevice protocols of their IOCs, and each of
their exchanges is made here as StreamDevice would, over a socket.
"""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path

import pytest
from adam_ascii.interface import adam_connection_context
from pylablib.devices.Cryomagnetics import LM500

from cryosim.emulators.adam import Adam4017, Options

from .lakeshore_bench import LOOPBACK, PATIENCE
from .test_doors import emulator

# --- Cryomagnetics LM-500 and pylablib ----------------------------------------------------------------


def test_pylablib_reads_and_sets_an_lm500(tmp_path: Path) -> None:
    link = tmp_path / "ttyLM"
    with emulator("lm500", "--pty", str(link)):
        driver = LM500((str(link), 9600))
        assert driver.get_channel() == 1
        assert driver.get_type(1) == "lhe"
        assert driver.get_level(1) == pytest.approx(64.0, abs=0.1)  # cm of 80: eight tenths
        driver.set_interval(600, 1)
        assert driver.get_interval(1) == 600
        driver.set_mode("continuous", 1)
        assert driver.get_mode(1) == "continuous"
        driver.set_mode("sample_hold", 1)
        driver.set_low_level(10.5, 1)
        driver.set_high_level(65.0, 1)
        assert (driver.get_low_level(1), driver.get_high_level(1)) == (10.5, 65.0)
        assert driver.get_fill_status(1) == "off"
        driver.start_fill(1)
        assert driver.get_fill_status(1) == pytest.approx(0.0, abs=60.0)
        driver.reset()
        assert driver.get_fill_status(1) == "off"
        driver.start_measurement(1)
        driver.wait_for_measurement(1, timeout=PATIENCE)
        assert driver.get_level(1) == pytest.approx(64.0, abs=0.1)
        driver.close()


# --- AMI 1700 as the EPICS IOCs of two laboratories speak to it -----------------------------------------

NUMBER = r"[+-]?\d+(\.\d+)?"
# (what is sent, what the protocol's "in" accepts); CR LF both ways.
FREIA = [
    ("*idn?", r".*1700.*"),
    ("he?", r"\d"),
    ("meas:adc0?", NUMBER),
    ("meas:adc1?", NUMBER),
    ("meas:adc2?", NUMBER),
    ("meas:he:lev?", NUMBER),
    ("he:int?", NUMBER),
    ("he:len?", NUMBER),
    ("he:unit?", r"[%CI]"),
    ("conf:he:unit 1", r".*"),
    ("he:unit?", r"C"),
    ("conf:he:len 75.500000", r".*"),
    ("he:len?", r"75\.5"),
    ("conf:int:samp 20.000000", r".*"),
    ("he:int?", r"20\.00"),
    ('conf:name:sens:he "DEWAR"', r".*"),
    ("name:sens:he?", r"DEWAR"),
    ("meas:he:hold", r".*"),
    ("meas:he:cont", r".*"),
]
NSLS2 = [
    ("MEAS:HE:LEV?", NUMBER),
    ("MEAS:ADC0?", NUMBER),
    ("HE:INTERVAL?", NUMBER),
    ("CONF:INT:SAMP 15.000000", r""),
    ("CONF:HE:TIME_LIMIT 30.000000", r""),
    ("HE:TIME?", r"30"),
    ("MEAS:HE:SAMP", r""),
    ("MEAS:HE:HOLD", r""),
    ("MEAS:HE:CONT", r""),
]


@pytest.mark.parametrize("protocol", [FREIA, NSLS2], ids=["freia", "nsls2"])
def test_stream_protocols_of_two_laboratories_fit_an_ami1700(protocol: list[tuple[str, str]]) -> None:
    with emulator("ami1700", "--listen", f"{LOOPBACK}:0") as where:
        port = int(where.rpartition(":")[2])
        with socket.create_connection((LOOPBACK, port), PATIENCE) as line, line.makefile("rb") as replies:
            for sent, accepted in protocol:
                line.sendall(sent.encode() + b"\r\n")
                reply = replies.readline()
                assert reply.endswith(b"\r\n")
                assert re.fullmatch(accepted, reply.decode().removesuffix("\r\n")), (sent, reply)


# --- ADAM and adam-ascii ----------------------------------------------------------------------------------


class Steady:
    """An input that sees the same all the time, [V]."""

    def __init__(self, value: float) -> None:
        self.value = value

    def read(self) -> float:
        return self.value


class UdpDoor(asyncio.DatagramProtocol):
    """The datagrams in which a newer box takes the same commands."""

    def __init__(self, box: Adam4017) -> None:
        self.box = box

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        reply = self.box.receive(data)
        if reply:
            self.transport.sendto(reply, address)


def test_adam_ascii_reads_the_box() -> None:
    box = Adam4017({0: Steady(5.0), 1: Steady(-2.5), 7: Steady(12.0)}, Options(name="6017", addressed=True))

    async def play() -> tuple[str, list[float]]:
        loop = asyncio.get_running_loop()
        door, _ = await loop.create_datagram_endpoint(lambda: UdpDoor(box), (LOOPBACK, 0))
        port = door.get_extra_info("sockname")[1]
        async with adam_connection_context(LOOPBACK, port, timeout=PATIENCE) as driver:
            model, values = await driver.get_adam_model(), await driver.get_adam_analog_inputs()
        door.close()
        return model, values

    model, values = asyncio.run(play())
    assert model == "6017"
    assert values == [5.0, -2.5, 0.0, 0.0, 0.0, 0.0, 0.0, 10.0]  # 12 V is beyond the range

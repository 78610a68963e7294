"""PyMeasure's driver of the MKS 937B against the emulated controller, and what a laboratory's IOC says to it.

There is no simulator of a 937B to install: that of ``vazio`` (PyPI) has the commands of the older 937A, and the one
beside the StreamDevice protocol of Diamond Light Source is no package; each exchange of that protocol is made here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import pytest
from pymeasure.instruments.mksinst.mks937b import MKS937B, Unit

from cryoioc.clock import Clock
from cryosim.emulators.gauge_heads import COLD_CATHODE, PIRANI, Head
from cryosim.emulators.line import Line, LineSettings
from cryosim.emulators.mks import Controller, Options
from cryosim.serving import tcp

PATIENCE = 20.0  # s
STEP = 0.1  # s
MANUAL = Options(at_sign=True, mantissa=3, exponent=1, no_gauge="NOGAUGE", mbar="MBAR", between=",")
OLD = Options()
READINGS = [pytest.param(MANUAL, id="as the manual has it"), pytest.param(OLD, id="as older firmware does")]


class Flange:
    """Where the gauges sit; [Pa]."""

    def __init__(self, pascal: float) -> None:
        self.pascal = pascal

    def read(self) -> float:
        return self.pascal


def controller(flange: Flange, options: Options) -> Controller:
    """Return a controller with a cold cathode on A1 and Piranis on B1 to C2."""
    kinds = (COLD_CATHODE, PIRANI, PIRANI, PIRANI, PIRANI, PIRANI)
    return Controller([Head(kind, flange) for kind in kinds], options)


def let_pass(unit: Controller, seconds: float) -> None:
    for _ in range(round(seconds / STEP)):
        unit.advance(STEP)


def with_driver(unit: Controller, scene: Callable[[MKS937B], None]) -> None:
    """Serve a controller, and play a scene of the driver in a thread of its own."""

    def play(port: int) -> None:
        driver = MKS937B(f"TCPIP::127.0.0.1::{port}::SOCKET", visa_library="@py", timeout=PATIENCE * 1e3)
        try:
            scene(driver)
        finally:
            driver.adapter.close()

    async def serve() -> None:
        line = Line(unit, Clock(), LineSettings(terminator=b"F", ending=b";FF"))
        async with tcp(line) as port:
            await asyncio.to_thread(play, port)

    asyncio.run(serve())


def test_pymeasure_does_all_it_can() -> None:
    flange = Flange(1e-4)
    unit = controller(flange, MANUAL)

    def scene(driver: MKS937B) -> None:
        assert driver.serial == "1010203040"
        with pytest.raises(KeyError, match="MBAR"):  # it takes no capitals, which the manual has
            _ = driver.unit
        driver.unit = Unit.Pa
        assert driver.unit == Unit.Pa and unit.sockets.unit == "PASCAL"
        assert driver.ch_1.power_enabled is False and driver.ch_1.ion_gauge_status == "Off"
        assert driver.ch_1.pressure == "OFF"
        driver.ch_1.power_enabled = True
        assert unit.heads[0].on and driver.ch_1.ion_gauge_status == "Wait"
        let_pass(unit, 4.0)
        assert driver.ch_1.ion_gauge_status == "Good"
        assert driver.ch_1.pressure == driver.combined_pressure1 == pytest.approx(1e-4)
        assert driver.combined_pressure2 == "NOGAUGE"
        assert driver.ch_3.pressure == "LO<8.000E-2"
        flange.pascal = 20.0
        assert driver.ch_3.pressure == pytest.approx(20.0)
        assert driver.all_pressures == pytest.approx(["HI", "NOGAUGE", 20.0, 20.0, 20.0, 20.0])
        assert driver.ch_3.ion_gauge_status == "NOT_IONGAUGE"
        relay = driver.relay_10
        relay.setpoint, relay.resetpoint, relay.direction, relay.enabled = 0.2, 0.1, "ABOVE", True
        assert (relay.setpoint, relay.resetpoint, relay.direction, relay.enabled) == (0.2, 0.1, "ABOVE", True)
        assert relay.status == "CLEAR"  # 20 Pa are 0.15 Torr
        with pytest.raises(ValueError, match="NAK162"):
            driver.relay_1.direction = "ABOVE"
        driver.ch_1.power_enabled = False
        assert not unit.heads[0].on

    with_driver(unit, scene)


def test_pymeasure_and_the_unit_as_it_writes_it() -> None:
    unit = controller(Flange(1e-4), Options(at_sign=True))

    def scene(driver: MKS937B) -> None:
        driver.unit = Unit.mbar
        assert driver.unit == Unit.mbar

    with_driver(unit, scene)


# What is sent, and what the StreamDevice protocol of DiamondLightSource/mks937b accepts; ;FF both ways.
NUMBER = r"[0-9.]+E[+-][0-9]+"
STREAM = [
    ("PR1?", rf"{NUMBER}|OVER|ATM|<1\.00E-11|RF_OFF|OFF|WAIT|L.*|CTRL_OFF|PROT_OFF|NOGAUGE.?|MISCONN|NOT|Not|C"),
    ("PR4?", rf"{NUMBER}|L.*"),
    ("CP1?", "OFF|ON"),
    ("CP1!ON", "ON"),
    ("CP1!OFF", "OFF"),
    ("SP1?", NUMBER),
    ("SP1!1.0E-05", ".*"),
    ("SH1?", NUMBER),
    ("EN1?", "SET|CLEAR|ENABLE"),
    ("EN1!ENABLE", ".*"),
    ("SD5?", "ABOVE|BELOW"),
    ("SD5!ABOVE", ".*"),
    ("PRO1?", NUMBER),
    ("PRO1!1.0E-03", ".*"),
    ("PRO1!0", ".*"),
    ("CSP1?", NUMBER),
    ("CSP1!1.0E-03", ".*"),
    ("CHP1?", NUMBER),
    ("CTL1?", "OFF|SAFE|AUTO"),
    ("CTL1!SAFE", ".*"),
    ("CSE1?", "C1|C2|OFF|A1|B1|A2|B2"),
    ("CSE1!B1", ".*"),
    ("U?", ".+"),
    ("FV6?", r"\d\.\d+"),
    ("FV5?", r"\d\.\d+"),
    ("MT?", r"(HC|CC|PR|CV|TC|CM|P1|C1|T1|M1|NC|WC|,)+"),
]


@pytest.mark.parametrize("options", READINGS)
def test_the_stream_protocol_of_a_light_source_fits(options: Options) -> None:
    unit = controller(Flange(1e-4), options)
    assert unit.receive(b" ") == b""  # it begins with a space, to clear out what was left
    for sent, accepted in STREAM:
        reply = unit.receive(f"@253{sent};FF".encode()).decode()
        assert re.fullmatch(rf"@?253ACK({accepted});FF", reply), (sent, reply)

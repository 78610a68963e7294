"""Drivers that other people wrote, against the emulated supplies over TCP: PyMeasure and QCoDeS."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import pytest

from cryoioc.clock import Clock
from cryosim.emulators.line import Line
from cryosim.serving import tcp

from .supplies import Bench

NAMES = (f"instrument{n}" for n in itertools.count())  # QCoDeS wants each name once
PATIENCE = 20.0  # s, before a driver gives up; nothing is measured with it
VISA = {"read_termination": "\n", "write_termination": "\n", "timeout": PATIENCE * 1e3}


def with_address(bench: Bench, scene: Callable[[str], None]) -> None:
    """Serve a supply and play a scene of a driver that blocks, in a thread of its own."""

    async def play() -> None:
        async with tcp(Line(bench.supply, Clock())) as port:
            await asyncio.to_thread(scene, f"TCPIP::127.0.0.1::{port}::SOCKET")

    asyncio.run(play())
    assert bench.error() == 0


def test_pymeasure_e36312a():
    from pymeasure.instruments.keysight import KeysightE36312A

    bench = Bench("E36312A")

    def scene(address: str) -> None:
        driver = KeysightE36312A(address, visa_library="@py", **VISA)
        try:
            assert driver.id.startswith("Keysight Technologies,E36312A,")
            driver.clear()
            for channel, volts, limit in ((driver.ch_1, 0.6, 0.02), (driver.ch_2, 12.0, 0.05), (driver.ch_3, 1.5, 0.5)):
                channel.voltage_setpoint = volts
                channel.current_limit = limit
                assert channel.voltage_setpoint == pytest.approx(volts)
                assert channel.current_limit == pytest.approx(limit)
                assert channel.output_enabled is False
                channel.output_enabled = True
                assert channel.output_enabled is True
            assert driver.ch_1.voltage == pytest.approx(0.6, abs=1e-3)
            assert driver.ch_1.current == pytest.approx(0.006, abs=1e-4)
            assert driver.ch_2.voltage == pytest.approx(5.0, abs=1e-3), "limited: 50 mA into 100 ohm"
            assert driver.check_errors() == []
            driver.write("NONSENSE")
            assert [error[0] for error in driver.check_errors()] == [-113]
            driver.ch_1.output_enabled = False
            assert driver.complete.strip() == "1"
        finally:
            driver.adapter.close()

    with_address(bench, scene)
    assert [output.live for output in bench.supply.outputs] == [False, True, True]


def test_pymeasure_hmp4040():
    from pymeasure.instruments.rohdeschwarz import hmp

    bench = Bench("HMP4040")

    def scene(address: str) -> None:
        driver = hmp.HMP4040(address, visa_library="@py", **VISA)
        try:
            assert driver.id.startswith("ROHDE&SCHWARZ,HMP4040,")
            assert float(driver.version) == 1996.0
            for control in ("REM", "MIX", "RWL", "LOC"):
                driver.control_method = control
            driver.beep()
            driver.selected_channel = 2
            assert driver.selected_channel == 2
            driver.voltage, driver.current = 0.6, 0.02
            assert (driver.voltage, driver.current) == (0.6, 0.02)
            assert (driver.min_voltage, driver.max_voltage) == (0.0, 32.05)
            assert (driver.min_current, driver.max_current) == (0.0005, 10.0)
            driver.voltage_and_current = (1.0, 0.05)
            assert driver.voltage_and_current == [1.0, 0.05]
            driver.voltage_step, driver.current_step = 0.25, 0.01
            assert (driver.voltage_step, driver.current_step) == (0.25, 0.01)
            driver.step_voltage_up()
            driver.step_current_down()
            assert (driver.voltage, driver.current) == (1.25, 0.04)
            driver.voltage_to_max()
            driver.current_to_max()
            assert (driver.voltage, driver.current) == (32.05, 10.0)
            driver.step_voltage_down()
            driver.current_to_min()
            driver.step_current_up()
            assert (driver.voltage, driver.current) == (31.8, pytest.approx(0.0105, abs=2e-4))  # in steps
            driver.voltage_to_min()
            assert driver.voltage == 0.0
            driver.voltage, driver.current = 1.0, 0.02
            driver.set_channel_state(2, True)
            assert driver.selected_channel_active is True
            assert driver.output_enabled is False
            assert driver.measured_voltage == pytest.approx(0.0, abs=2e-3)
            driver.output_enabled = True
            assert driver.output_enabled is True
            assert driver.measured_voltage == pytest.approx(1.0, abs=2e-3)
            assert driver.measured_current == pytest.approx(0.010, abs=3e-4)
        finally:
            driver.adapter.close()

    with_address(bench, scene)
    assert [output.live for output in bench.supply.outputs] == [False, True, False, False]


def test_qcodes_contrib_e36313a():
    """The same commands as an E36312A; the driver does not look at the model."""
    from qcodes_contrib_drivers.drivers.Keysight.Keysight_E36313A import E36313A

    bench = Bench("E36312A")

    def scene(address: str) -> None:
        driver = E36313A(next(NAMES), address, visalib="@py", timeout=PATIENCE)
        try:
            assert driver.get_idn()["model"] == "E36312A"
            driver.ch2.source_voltage(1.2)
            driver.ch2.source_current(0.02)
            assert driver.ch2.source_voltage() == pytest.approx(1.2)
            assert driver.ch2.source_current() == pytest.approx(0.02)
            assert driver.ch2.enable() == "off"
            driver.ch2.enable("on")
            assert driver.ch2.enable() == "on"
            assert driver.ch2.voltage() == pytest.approx(1.2, abs=1e-3)
            assert driver.ch2.current() == pytest.approx(0.012, abs=1e-4)
        finally:
            driver.close()

    with_address(bench, scene)


def test_qcodes_contrib_hmp4040():
    from qcodes_contrib_drivers.drivers.RohdeSchwarz.HMP4040 import RohdeSchwarzHMP4040

    bench = Bench("HMP4040")

    def scene(address: str) -> None:
        driver = RohdeSchwarzHMP4040(next(NAMES), address, visalib="@py", timeout=PATIENCE)
        try:
            assert driver.get_idn()["model"] == "HMP4040"
            driver.ch3.set_voltage(1.2)
            driver.ch3.set_current(0.02)
            assert (driver.ch3.set_voltage(), driver.ch3.set_current()) == (1.2, 0.02)
            assert driver.ch3.state() == "OFF"
            driver.ch3.state("ON")
            assert driver.state() == "ON"
            assert driver.ch3.state() == "ON"
            assert driver.ch3.voltage() == pytest.approx(1.2, abs=2e-3)
            assert driver.ch3.current() == pytest.approx(0.012, abs=3e-4)
            assert driver.ch3.power() == pytest.approx(0.0144, abs=1e-3)
            driver.state("OFF")
            assert driver.ch3.voltage() == pytest.approx(0.0, abs=2e-3)
        finally:
            driver.close()

    with_address(bench, scene)


def test_qcodes_n6705b_on_a_frame():
    """Same frame electronics and commands; all of the driver but the write of its voltage limit.

    That one is sent as ``@(1)``, which is no channel list, and a frame insists on one.
    """
    from qcodes.instrument_drivers.Keysight import KeysightN6705B

    bench = Bench("N6700")

    def scene(address: str) -> None:
        driver = KeysightN6705B(next(NAMES), address, visalib="@py", timeout=PATIENCE)
        try:
            assert driver.get_idn()["model"] == "N6700B"
            driver.ch1.source_voltage(0.6)
            driver.ch1.source_current(0.02)
            assert driver.ch1.source_voltage() == pytest.approx(0.6)
            assert driver.ch1.source_current() == pytest.approx(0.02)
            assert driver.ch1.voltage_limit() == pytest.approx(55.0)
            driver.ch1.enable("on")
            assert driver.ch1.enable() == "on"
            assert driver.ch1.voltage() == pytest.approx(0.6, abs=1e-3)
            assert driver.ch1.current() == pytest.approx(0.006, abs=1e-5)
            assert driver.ch2.source_mode() == "voltage"
            driver.ch2.source_mode("voltage")
            driver.ch1.voltage_limit(2.0)
            assert driver.ask("SYST:ERR?").startswith("-109")
        finally:
            driver.close()

    with_address(bench, scene)
    assert bench.number("VOLT:PROT? (@1)") == pytest.approx(55.0)

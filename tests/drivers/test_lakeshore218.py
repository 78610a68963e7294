"""A driver written elsewhere, pyLabLib's ``Lakeshore218``, against the emulated 218 on a pseudo-terminal.

Left alone it asks for even parity where the manual says odd.  It sends arguments behind spaces and commas alike,
and follows each command with a query of its own.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pylablib.devices.Lakeshore import Lakeshore218

from cryoioc.clock import Clock
from cryosim.emulators.lakeshore218 import Monitor
from cryosim.emulators.line import Line, LineSettings
from cryosim.serving import pty

from .lakeshore_bench import VOLTS, Backstage, Probe, Recorder

DT670 = 4  # standard curve; lakeshore-protocol.md 7.3
KELVIN = 12.35


class Bench:
    """The driver, and the instrument it speaks to; all inputs are diodes at 12.35 K."""

    def __init__(self, backstage: Backstage, line: Line, driver: Any) -> None:
        self.backstage, self.line, self.driver = backstage, line, Recorder(driver)

    def raw(self, message: str) -> str:
        """Operate the instrument beside the driver; return what it answers."""
        reply = self.backstage.call(lambda: self.line.instrument.receive(f"{message}\r\n".encode()))
        return reply.decode().strip()

    def pass_time(self, seconds: float = 1.0) -> None:
        self.backstage.call(lambda: self.line.instrument.advance(seconds))


@pytest.fixture(scope="module")
def opened(backstage: Backstage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    link = tmp_path_factory.mktemp("monitor") / "ttyS0"
    line = Line(Monitor({}), Clock(), LineSettings(latency=0.0))
    with contextlib.ExitStack() as open_things:
        doors = contextlib.AsyncExitStack()
        open_things.callback(lambda: backstage.run(doors.aclose()))
        backstage.run(doors.enter_async_context(pty(line, link)))
        driver = Lakeshore218((str(link), 9600, 8, "N", 1))  # a pseudo-terminal has neither parity nor seven bits
        open_things.callback(driver.close)
        yield Bench(backstage, line, driver)


@pytest.fixture
def bench(opened: Bench) -> Bench:
    """Return the bench with an instrument nobody has touched."""
    instrument = Monitor({number: Probe(VOLTS[KELVIN]) for number in range(1, 9)})
    opened.backstage.call(lambda: setattr(opened.line, "instrument", instrument))
    for number in range(1, 9):
        opened.raw(f"INCRV {number},{DT670}")
    opened.pass_time()
    opened.raw("*CLS")
    opened.driver.called.clear()
    return opened


def test_it_is_identified(bench: Bench):
    assert bench.driver.get_id() == "LSCI,MODEL218S,218123,032406"
    assert bench.driver.get_esr() == 0


def test_readings(bench: Bench):
    assert bench.driver.get_temperature(3) == pytest.approx(KELVIN, abs=1e-3)
    assert bench.driver.get_all_temperatures() == pytest.approx([KELVIN] * 8, abs=1e-3)
    assert bench.driver.get_sensor_reading(8) == pytest.approx(VOLTS[KELVIN], abs=1e-4)
    assert bench.driver.get_all_sensor_readings() == pytest.approx([VOLTS[KELVIN]] * 8, abs=1e-4)


def test_an_input_is_switched_off_and_on(bench: Bench):
    assert bench.driver.set_enabled(4, False) is False
    assert bench.raw("INPUT? 4") == "0"
    assert bench.driver.set_enabled(4) is True and bench.driver.is_enabled(4) is True


@pytest.mark.parametrize(
    ("group", "name", "code"), [("A", "diode_7.5", "1"), ("B", "cernox", "5"), ("B", "plat_5k", "4")]
)
def test_sensor_types(bench: Bench, group: str, name: str, code: str):
    assert bench.driver.set_sensor_type(group, name) == int(code)  # names go in, codes come out
    assert bench.raw(f"INTYPE? {group}") == code
    assert bench.driver.get_sensor_type(group) == int(code)


def test_curve_of_an_input(bench: Bench):
    assert bench.driver.set_sensor_curve_index(7, 1) == 1
    assert bench.raw("INCRV? 7") == "01" and bench.driver.get_sensor_curve_index(6) == DT670


def test_a_curve_up_and_down(bench: Bench):
    driver = bench.driver
    header = driver.set_curve_header(21, name="Custom", serial="00011134", fmt="volt_k", limit=325.0, coeff="neg")
    assert tuple(header)[2:] == ("volt_k", 325.0, "neg") and header.name.strip() == "Custom"
    points = np.array([(0.5, 300.0), (1.028, 77.35), (1.578, 4.2)])
    driver.set_curve(21, points)  # it sends three decimals, whatever it is given
    assert bench.raw("CRVPT? 21,3") == "+1.57800,+4.20000" and bench.raw("CRVPT? 21,4") == "+0.00000,+0.00000"
    # It trims one point too many off the end.
    assert driver.get_curve(21, trim_zeros=False)[:3] == pytest.approx(points)
    assert tuple(driver.get_curve_header(DT670))[2:] == ("volt_k", 475.0, "neg")


def test_filters(bench: Bench):
    assert tuple(bench.driver.setup_filter(5, True, 10, 2)) == (True, 10, 2)
    assert bench.raw("FILTER? 5") == "1,10,02"
    assert tuple(bench.driver.get_filter_settings(1)) == (False, 8, 8)


def test_analog_outputs(bench: Bench):
    driver = bench.driver
    wanted = {"bipolar": True, "mode": "input", "channel": 5, "source": "kelvin", "high_value": 100.0, "low_value": 0.0}
    settings = driver.setup_analog_output(2, **wanted, man_value=0.0)
    assert tuple(settings)[:6] == (True, "input", 5, "kelvin", 100.0, 0.0)
    assert bench.raw("ANALOG? 2") == "1,1,5,1,+100.00,+00.000,+00.000"
    assert driver.get_analog_output(2) == pytest.approx(-100.0 + 2.0 * KELVIN, abs=2e-3)
    assert driver.set_analog_output_value(1, 12.5) == 12.5
    assert driver.get_analog_output_settings(1).mode == "manual"


def test_everything_at_once(bench: Bench):
    assert bench.driver.get_settings()["sensor_curve_index"] == [DT670] * 8


def test_every_method_of_its_own_made_a_round_trip(bench: Bench):
    """The list below is that of the tests above; a method of a later version has to be added."""
    own = {name for name, member in vars(Lakeshore218).items() if inspect.isfunction(member) and name[0] != "_"}
    assert own == {
        "is_enabled", "set_enabled", "get_sensor_type", "set_sensor_type", "get_sensor_curve_index",
        "set_sensor_curve_index", "get_curve_header", "set_curve_header", "get_curve", "set_curve", "get_temperature",
        "get_all_temperatures", "get_sensor_reading", "get_all_sensor_readings", "get_analog_output_settings",
        "setup_analog_output", "set_analog_output_value", "get_analog_output", "get_filter_settings", "setup_filter",
    }  # fmt: skip

"""The maker's own package against the emulated flow meters; nothing that could be installed emulates one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import propar
import pytest

from .test_doors import emulator

MEASURE, SETPOINT, MODE, CAPACITY, FLUID, ALARMS, UNIT = 8, 9, 12, 21, 25, 28, 129  # numbers of the maker's FlowDDE
MODEL, SERIAL, FIRMWARE, TAG, KIND, FMEASURE, FSETPOINT, TEMPERATURE = 91, 92, 105, 115, 175, 205, 206, 142
ANY = 0x80


@contextmanager
def connected(folder: Path, *options: str, address: int = ANY) -> Iterator[propar.instrument]:
    """Return the driver on the serial port of an emulator, in ASCII: it begins in binary, which is not spoken here."""
    link = folder / "ttyFLOW"
    with emulator("bronkhorst", *options, "--pty", str(link)):
        driver = propar.instrument(str(link), address=address)
        driver.master.propar.mode = propar.PP_MODE_ASCII
        driver.master.response_timeout = 5.0
        yield driver
        driver.master.propar.run = False
        driver.master.stop()


def test_a_meter_with_all_it_says_of_itself(tmp_path: Path) -> None:
    with connected(tmp_path) as driver:
        assert driver.readParameter(SERIAL) == "M6212345A" and driver.readParameter(TAG) == "USERTAG"
        assert driver.readParameter(MODEL).startswith("F-112AC") and driver.readParameter(FIRMWARE) == "V1.12"
        assert driver.readParameter(FLUID) == "He" and driver.readParameter(UNIT) == "ln/min"
        assert driver.id.endswith("M6212345A")
        assert driver.measure == round(8.8 / 50.0 * 32000)
        assert driver.readParameter(FMEASURE) == pytest.approx(8.8, rel=1e-3)
        assert driver.readParameter(CAPACITY) == 50.0
        assert (driver.readParameter(ALARMS), driver.readParameter(KIND)) == (0, 8)
        # A meter takes a setpoint and nothing comes of it.
        assert driver.writeParameter(SETPOINT, 16000) and driver.setpoint == 0
        assert driver.readParameter(TEMPERATURE) is None  # it has no such sensor


def test_many_parameters_in_one_message(tmp_path: Path) -> None:
    with connected(tmp_path) as driver:
        wanted = [driver.db.get_parameter(n) for n in (SERIAL, TAG, MEASURE, CAPACITY, UNIT, FLUID, FMEASURE)]
        found = driver.read_parameters(wanted)
        assert [one["status"] for one in found] == [0] * len(wanted)
        serial, tag, measure, capacity, unit, fluid, flow = [one["data"] for one in found]
        assert (serial, tag, measure, capacity) == ("M6212345A", "USERTAG", 5632, 50.0)
        assert (unit.strip(), fluid.strip(), flow) == ("ln/min", "He", pytest.approx(8.8, rel=1e-3))


def test_a_controller(tmp_path: Path) -> None:
    with connected(tmp_path, "--controller", address=3) as driver:
        assert driver.readParameter(KIND) == 7
        assert driver.writeParameter(FSETPOINT, 5.0)
        assert (driver.setpoint, driver.readParameter(FSETPOINT)) == (3200, 5.0)
        while driver.measure < 3000:  # its valve takes a second or two
            pass
        assert driver.writeParameter(MODE, 3)
        while driver.measure > 300:
            pass
        assert driver.writeParameter(SETPOINT, 8000) and driver.setpoint == 3200  # the valve is closed by its mode
        assert driver.writeParameter(MODE, 18) and driver.writeParameter(SETPOINT, 8000) and driver.setpoint == 8000
        assert not driver.writeParameter(SETPOINT, 33000)
        wrong = dict(driver.db.get_parameter(SERIAL), data="X1", parm_size=2)
        assert driver.write_parameters([wrong]) == propar.PP_STATUS_READONLY


def test_another_node_does_not_answer(tmp_path: Path) -> None:
    with connected(tmp_path, address=7) as driver:
        driver.master.response_timeout = 0.5
        assert driver.readParameter(SERIAL) is None
        driver.address = 3
        driver.master.response_timeout = 5.0
        assert driver.readParameter(SERIAL) == "M6212345A"

"""apstools' Lake Shore loop through the alias preset ``synapps``."""

from __future__ import annotations

import pytest
from apstools.devices.lakeshore_controllers import LakeShore336_LoopControl
from ophyd import EpicsSignal

TIMEOUT = 50.0  # s, only ever reached by a failing test
TOLERANCE = 0.1  # K, which the class brings with it


@pytest.fixture(scope="module")
def loop(until):
    """The vaporizer's loop as the class finds it."""
    until("STVP:OK", lambda ok: ok == 1)
    loop = LakeShore336_LoopControl("STVP:TC1:", loop_number=1, name="loop", timeout=TIMEOUT)
    loop.wait_for_connection(timeout=TIMEOUT)
    return loop


def put(name, value):
    """Put to the loop past the class."""
    EpicsSignal(f"STVP:LOOP1:{name}", name="signal", put_complete=True).set(value).wait(TIMEOUT)


def test_reading(loop):
    found = loop.read()
    assert 4.0 < found["loop"]["value"] < 30.0
    assert found["loop_heater"]["value"] == 0.0
    assert found["loop_setpoint"]["value"] == pytest.approx(9.8)


def test_configuration(loop):
    found = {name: entry["value"] for name, entry in loop.read_configuration().items()}
    assert (found["loop_pid_P"], found["loop_pid_I"], found["loop_pid_D"]) == (50.0, 20.0, 0.0)
    assert found["loop_heater_range"] == "Off"
    assert found["loop_loop_name"] == "VAP"
    assert loop.units.get(as_string=True) == "Kelvin"
    assert loop.mode.get(as_string=True) == "Closed loop"
    assert loop.control.get(as_string=True) == "A"
    assert {"loop_ramp_rate", "loop_ramp_on", "loop_manual"} <= set(found)


def test_every_setting_is_put_through_its_alias(loop):
    for signal, value in ((loop.pid_P, 200.0), (loop.pid_I, 5.0), (loop.ramp_rate, 3.0), (loop.manual, 0.5)):
        signal.set(value).wait(TIMEOUT)
        assert signal.get() == value
    loop.heater_range.set("High").wait(TIMEOUT)
    assert loop.heater_range.get() == "High"


def test_move_arrives(loop):
    """The class judges by itself, from readback and target.

    It compares with the former target until the new one has come to it in another thread: that one is far away here.
    """
    put("TEMP:SP", 12.0)
    point = 15.0
    status = loop.move(point, wait=True, timeout=TIMEOUT)
    assert status.success
    assert loop.inposition
    assert abs(loop.readback.get(use_monitor=False) - point) < 3 * TOLERANCE  # first time in tolerance: it may go on
    assert loop.setpoint.get() == loop.setpoint.get_setpoint() == point


def test_stop_takes_the_reading_as_setpoint(loop, until):
    status = loop.move(100.0, wait=False, timeout=TIMEOUT)
    until("STVP:LOOP1:TARGET", lambda target: target == 100.0)
    loop.stop()
    held = until("STVP:LOOP1:TARGET", lambda target: target < 100.0)
    assert abs(loop.position - held) < 5.0
    status.wait(TIMEOUT)


def test_pause_takes_the_reading_as_setpoint(loop, until):
    put("TEMP:SP", 100.0)
    loop.pause()
    until("STVP:LOOP1:TARGET", lambda target: target < 100.0)

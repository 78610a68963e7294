"""Unmodified ophyd: a ``PVPositioner`` over a control loop, and signals with a readback."""

from __future__ import annotations

import threading

import pytest
from ophyd import Component, EpicsSignal, EpicsSignalRO, EpicsSignalWithRBV, PVPositioner
from ophyd.utils import StatusTimeoutError, UnknownStatusFailure

TIMEOUT = 100.0  # s, only ever reached by a failing test
REFUSED = 3.0  # s, three times the dwell: INPOS would be back by then if it came back
TOLERANCE = 0.1  # K, of the station file
SETTLING = 7  # of STATE


class Loop(PVPositioner):
    """What a beamline writes for a temperature."""

    setpoint = Component(EpicsSignal, "TEMP:SP")
    readback = Component(EpicsSignalRO, "TEMP")
    done = Component(EpicsSignalRO, "INPOS")
    done_value = 1
    stop_signal = Component(EpicsSignal, "STOP")
    stop_value = 1


@pytest.fixture(scope="module")
def loop(until):
    """The vaporizer's loop, heater on, with gains for this load."""
    until("STVP:OK", lambda ok: ok == 1)
    for name, value in (("P:SP", 200.0), ("I:SP", 5.0), ("D:SP", 0.0), ("RANGE:SP", "High")):
        signal = EpicsSignal(f"STVP:LOOP1:{name}", name=name, put_complete=True)
        signal.wait_for_connection(timeout=TIMEOUT)
        signal.set(value).wait(TIMEOUT)
    # Equal limits switch off ophyd's own check, so that what must be refused gets to the station.
    loop = Loop("STVP:LOOP1:", name="temperature", egu="K", limits=(0, 0))
    loop.wait_for_connection(timeout=TIMEOUT)
    return loop


def test_scan_reaches_every_point_also_the_same_one_again(loop):
    fell = threading.Event()
    loop.done.subscribe(lambda value, **_: value == 0 and fell.set(), run=False)
    for point in (10.0, 10.0, 20.0):
        fell.clear()
        status = loop.move(point, wait=True, timeout=TIMEOUT)
        assert status.done and status.success
        assert fell.is_set()
        assert abs(loop.readback.get(use_monitor=False) - point) <= TOLERANCE
        assert loop.read()["temperature_readback"]["value"] == loop.position


def test_refused_point_times_out_and_does_not_succeed(loop, until):
    target = EpicsSignalRO("STVP:LOOP1:TARGET", name="target").get()
    status = loop.move(400.0, wait=False, timeout=REFUSED)
    assert loop.moving
    assert until("STVP:LOOP1:MSG", bool) == "400 above maximum 300 K"
    assert loop.setpoint.get(use_monitor=False) == target
    with pytest.raises(StatusTimeoutError):
        status.wait(TIMEOUT)
    assert not status.success
    until("STVP:LOOP1:MSG", lambda message: message == "")  # ophyd has put STOP after the time-out, and that is done
    assert loop.move(target, wait=True, timeout=TIMEOUT).success


def test_new_point_gives_up_the_one_under_way(loop, until):
    """Ophyd then stops the loop, which holds the reading and does not succeed at either point."""
    first = loop.move(loop.position + 50.0, wait=False, timeout=TIMEOUT)
    until("STVP:LOOP1:STATE", lambda state: state == SETTLING)
    second = loop.move(1000.0, wait=False, timeout=REFUSED)
    with pytest.raises(UnknownStatusFailure):
        first.wait(TIMEOUT)
    with pytest.raises(StatusTimeoutError):
        second.wait(TIMEOUT)
    until("STVP:LOOP1:MSG", lambda message: message == "")


def test_stop_holds_the_reading_and_is_in_position_there(loop, until):
    status = loop.move(loop.position + 50.0, wait=False, timeout=TIMEOUT)
    until("STVP:LOOP1:STATE", lambda state: state == SETTLING)
    loop.stop()
    held = until("STVP:LOOP1:TARGET", lambda target: target < loop.position + 20.0)
    assert until("STVP:LOOP1:TEMP:SP", lambda wish: wish == held) == held
    status.wait(TIMEOUT)  # done is done: ophyd leaves it to INPOS
    assert abs(loop.position - held) < 5 * TOLERANCE
    assert EpicsSignalRO("STVP:LOOP1:RANGE", name="range", string=True).get() == "High"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [("LOOP1:TEMP:SP", 21.5, False), ("LOOP1:P:SP", 150.0, False), ("LOOP1:RANGE:SP", "Low", True)],
)
def test_signal_with_readback(loop, name, value, text):
    signal = EpicsSignalWithRBV(f"STVP:{name}", name="signal", put_complete=True, string=text)
    signal.wait_for_connection(timeout=TIMEOUT)
    signal.set(value).wait(TIMEOUT)
    assert signal.get() == value
    assert signal.get_setpoint() == value


def test_signal_without_put_complete_settles_too(loop):
    """It polls until the readback is exactly what was put: the instrument's rounding must come back in both."""
    signal = EpicsSignalWithRBV("STVP:LOOP1:RAMP:RATE:SP", name="rate")
    signal.wait_for_connection(timeout=TIMEOUT)
    signal.set(7.5).wait(TIMEOUT)
    assert signal.get() == 7.5


def test_limits_of_the_setpoint_are_those_of_the_positioner(loop):
    limited = Loop("STVP:LOOP1:", name="limited")
    limited.wait_for_connection(timeout=TIMEOUT)
    assert limited.limits == (1.4, 300.0)
    assert limited.setpoint.metadata["units"] == "K"
    assert limited.setpoint.metadata["precision"] == 3
    target = limited.setpoint.get()
    with pytest.raises(ValueError, match="limits"):
        limited.move(400.0, wait=False)
    assert limited.setpoint.get(use_monitor=False) == target

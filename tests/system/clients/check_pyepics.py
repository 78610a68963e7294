"""What a script through pyepics sees; ``caput`` does not tell it of a refusal, ``MSG`` does."""

from __future__ import annotations

import math
import threading

import epics
import pytest
from epics.ca import CASeverityException

TIMEOUT = 25.0  # s, only ever reached by a failing test
RANGES = ("Off", "Low", "Medium", "High")


@pytest.fixture(scope="module", autouse=True)
def _station_is_well(until):
    until("STVP:OK", lambda ok: ok == 1)


def caput(name, value):
    """Put as scripts do, and insist on the completion."""
    assert epics.caput(name, value, wait=True, timeout=TIMEOUT) == 1


def test_reading_has_unit_precision_and_limits():
    temp = epics.PV("STVP:VAP:TEMP", form="ctrl")
    value = temp.get_with_metadata(form="ctrl")
    assert 4.0 < value["value"] < 20.0
    assert (value["units"], value["precision"], value["severity"]) == ("K", 4, 0)
    assert (value["upper_warning_limit"], value["upper_alarm_limit"]) == (302.0, 320.0)
    assert (value["lower_disp_limit"], value["upper_disp_limit"]) == (0.0, 325.0)
    assert not temp.write_access


def test_setpoint_has_the_limits_of_station_and_curve():
    found = epics.PV("STVP:LOOP1:TEMP:SP").get_ctrlvars()
    assert (found["lower_ctrl_limit"], found["upper_ctrl_limit"]) == (1.4, 300.0)
    assert (found["units"], found["precision"]) == ("K", 3)


def test_fields_answer_at_the_first_event():
    for name, expected in (("EGU", "K"), ("PREC", 4), ("DESC", "VAP temperature"), ("HIGH", 302.0), ("RTYP", "ai")):
        first = []
        arrived = threading.Event()

        def event(value, first=first, arrived=arrived, **_):
            first.append(value)
            arrived.set()

        field = epics.PV(f"STVP:VAP:TEMP.{name}", callback=event)
        assert arrived.wait(TIMEOUT)
        assert first[0] == expected
        field.disconnect()


def test_states_have_names():
    range_ = epics.PV("STVP:LOOP1:RANGE:SP", form="ctrl")
    range_.get_ctrlvars()
    assert range_.enum_strs == RANGES
    assert epics.caget("STVP:LOOP1:RANGE", as_string=True) == "Off"
    assert epics.caget("STVP:LOOP1:STATE", as_string=True) == "RangeOff"
    assert epics.caget("STVP:VAP:STATUS", as_string=True) == "OK"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("LOOP2:P", 123.0),
        ("LOOP2:I", 12.5),
        ("LOOP2:RAMP:RATE", 4.5),
        ("LOOP2:TOL", 0.25),
        ("LOOP2:MOUT", 1.5),
        ("SAMPLE:FILTER:POINTS", 16),
        ("SAMPLE:LIMIT", 310.0),
        ("SAMPLE:NAME", "cold finger"),
    ],
)
def test_readback_is_new_as_soon_as_the_put_completes(setting, value):
    before = epics.caget(f"STVP:{setting}")
    caput(f"STVP:{setting}:SP", value)
    assert epics.caget(f"STVP:{setting}") == value != before
    assert epics.caget(f"STVP:{setting}:SP:RBV") == value
    caput(f"STVP:{setting}:SP", before)
    assert epics.caget(f"STVP:{setting}") == before


def test_states_are_put_by_name_and_by_number():
    range_ = epics.PV("STVP:LOOP2:RANGE:SP")
    range_.put("Low", wait=True, timeout=TIMEOUT)
    assert epics.caget("STVP:LOOP2:RANGE", as_string=True) == "Low"
    caput("STVP:LOOP2:RANGE:SP", 0)
    assert epics.caget("STVP:LOOP2:RANGE") == 0


def test_target_is_read_back():
    caput("STVP:LOOP2:TEMP:SP", 11.25)
    assert epics.caget("STVP:LOOP2:TARGET") == 11.25
    assert epics.caget("STVP:LOOP2:SETPOINT") == 11.25
    assert epics.caget("STVP:LOOP2:TEMP:SP") == 11.25


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("LOOP1:TEMP", 400.0, "above maximum 300 K"),
        ("LOOP1:TEMP", 0.5, "below minimum 1.4 K"),
        ("LOOP1:TEMP", math.nan, "not a finite number"),
        ("LOOP1:P", 5000.0, "above maximum 1000"),
        ("LOOP1:RANGE", 9, "no state 9"),
        ("VAP:NAME", "a name that is much too long", "longer than 15 characters"),
    ],
)
def test_refused_put_changes_nothing_and_says_why(setting, value, reason):
    wish, truth = f"STVP:{setting}:SP", f"STVP:{setting}:SP:RBV"
    group = setting.partition(":")[0]
    before = epics.caget(truth)
    assert epics.caput(wish, value, wait=True, timeout=TIMEOUT) == 1  # pyepics does not see it
    message = epics.caget(f"STVP:{group}:MSG:LONG", as_string=True)
    assert reason in message
    short = epics.caget(f"STVP:{group}:MSG")
    assert short == message[:39]
    assert epics.caget("STVP:MSG").startswith(f"{setting}:SP: {message}"[:30])
    assert epics.caget(truth, use_monitor=False) == before
    assert epics.caget(wish, use_monitor=False) == before


def test_next_accepted_put_empties_the_message():
    epics.caput("STVP:LOOP1:TOL:SP", -1.0, wait=True, timeout=TIMEOUT)
    assert epics.caget("STVP:LOOP1:MSG") != ""
    caput("STVP:LOOP1:TOL:SP", 0.5)
    assert epics.caget("STVP:LOOP1:MSG") == ""
    assert epics.caget("STVP:LOOP1:MSG:LONG", as_string=True) == ""


def test_reading_refuses_puts_before_they_are_sent():
    with pytest.raises(CASeverityException):
        epics.caput("STVP:VAP:TEMP", 4.2, wait=True, timeout=TIMEOUT)


def test_unknown_state_is_refused_by_the_client_itself():
    with pytest.raises(ValueError, match="Hot"):
        epics.PV("STVP:LOOP1:RANGE:SP").put("Hot", wait=True, timeout=TIMEOUT)


def test_in_position_falls_before_the_put_completes(until):
    """The last reading is always in tolerance, so INPOS comes back after the dwell."""
    caput("STVP:LOOP2:TOL:SP", 100.0)
    until("STVP:LOOP2:INPOS", lambda inpos: inpos == 1)
    events = []
    back = threading.Event()

    def inpos_changed(value, **_):
        events.append(("INPOS", value))
        if value == 1 and "completed" in events:
            back.set()

    inpos = epics.PV("STVP:LOOP2:INPOS", callback=inpos_changed)
    target = epics.PV("STVP:LOOP2:TEMP:SP")
    value = target.get()  # the one it has already: this too is a new request
    target.put(value, callback=lambda **_: events.append("completed"))
    assert back.wait(TIMEOUT), events
    assert events == [("INPOS", 1), ("INPOS", 0), "completed", ("INPOS", 1)]
    caput("STVP:LOOP2:TEMP:SP", value)
    assert inpos.get() == 0
    until("STVP:LOOP2:INPOS", lambda inpos: inpos == 1)
    assert epics.caput("STVP:LOOP2:TEMP:SP", 1000.0, wait=True, timeout=TIMEOUT) == 1
    assert inpos.get() == 0


def test_command_reads_idle_again_when_it_completes():
    caput("STVP:LOOP2:STOP", 1)
    assert epics.caget("STVP:LOOP2:STOP") == 0
    caput("STVP:SAMPLE:MINMAX:RESET.PROC", 1)
    assert epics.caget("STVP:SAMPLE:MINMAX:RESET") == 0


def test_all_off(until):
    caput("STVP:LOOP1:RANGE:SP", "Low")
    caput("STVP:LOOP2:RANGE:SP", "Low")
    caput("STVP:ALLOFF", 1)
    assert (epics.caget("STVP:LOOP1:RANGE"), epics.caget("STVP:LOOP2:RANGE")) == (0, 0)
    assert (epics.caget("STVP:LOOP1:DROPPED"), epics.caget("STVP:LOOP2:DROPPED")) == (0, 0)
    until("STVP:LOOP1:RANGE:SP", lambda wish: wish == 0)


def test_heater_on_is_seen_in_watts(until):
    caput("STVP:LOOP2:TEMP:SP", 30.0)
    caput("STVP:LOOP2:RANGE:SP", "Low")
    watts = until("STVP:LOOP2:POWER", lambda power: power > 0.0)
    assert watts < 0.95**2 * 25.0 / 100.0 * 1.01  # Low is a hundredth of what flows at the maximum current
    assert epics.caget("STVP:LOOP2:STATE", as_string=True) in ("Settling", "Holding")
    caput("STVP:LOOP2:RANGE:SP", "Off")


def test_aliases_are_the_same_channel():
    assert epics.caget("STVP:LOOP1:TEMP:SP_RBV.NAME") == "STVP:LOOP1:TARGET"
    assert epics.caget("STVP:TC1:OUT1:SP.NAME") == "STVP:LOOP1:TEMP:SP"
    assert epics.caget("STVP:TC1:HTR1:Range_RBV", as_string=True) == "Off"

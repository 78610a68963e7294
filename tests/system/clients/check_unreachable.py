"""What a client sees of a station none of whose instruments answers."""

from __future__ import annotations

import asyncio

import aioca
import pytest

TIMEOUT = 25.0  # s, only ever reached by a failing test
INVALID, MAJOR = 3, 2
UDF, STATE = 17, 7  # alarm.h
PUT_FAILED = 160  # caerr.h
READINGS = (
    "VAP:TEMP", "VAP:SENSOR", "VAP:STATUS", "SAMPLE:TEMP", "LOOP1:TEMP", "LOOP1:TARGET", "LOOP1:TEMP:SP",
    "LOOP1:SETPOINT", "LOOP1:RANGE", "LOOP1:RANGE:SP", "LOOP1:HEATER", "LOOP1:POWER", "LOOP2:P", "LOOP2:P:SP", "FLOW",
    "FLOW:MASS",
)  # fmt: skip


async def get(*names):
    names = [f"STVP:{name}" for name in names]
    return await aioca.caget(names, format=aioca.FORMAT_TIME, timeout=TIMEOUT)


@pytest.fixture(scope="module", autouse=True)
def _served(run, see):
    """Wait until the station has counted a few seconds, during which it has tried to connect."""
    run(see("STVP:HEARTBEAT", lambda beat: beat >= 3))


def test_links_are_down_and_say_why(run):
    for name in ("TC1", "FM1"):
        connected, message = run(get(f"{name}:CONNECTED", f"{name}:MSG"))
        assert (connected, connected.severity, connected.status) == (0, MAJOR, STATE)
        assert message != ""


def test_station_is_not_well(run):
    (ok,) = run(get("OK"))
    assert (ok, ok.severity) == (0, MAJOR)


@pytest.mark.parametrize("name", READINGS)
def test_reading_is_zero_undefined_and_invalid(run, name):
    (value,) = run(get(name))
    assert value == 0
    assert (value.severity, value.status) == (INVALID, UDF)


def test_values_for_clients_without_severities_warn_too(run):
    assert run(get("VAP:VALID", "LOOP1:INPOS")) == [0, 0]


@pytest.mark.parametrize(
    ("wish", "value"),
    [("LOOP1:TEMP", 20.0), ("LOOP1:RANGE", "High"), ("LOOP1:P", 10.0), ("VAP:UNITS", "Celsius"), ("TC1:REMOTE", 1)],
)
def test_put_is_refused_with_the_reason(run, wish, value):
    group = wish.partition(":")[0]

    async def check():
        with pytest.raises(aioca.CANothing) as refused:
            await aioca.caput(f"STVP:{wish}:SP", value, wait=True, timeout=TIMEOUT)
        assert refused.value.errorcode == PUT_FAILED
        message, station, kept = await get(f"{group}:MSG", "MSG", f"{wish}:SP")
        assert message.startswith("TC1 is not connected")
        assert station == f"{wish}:SP: {message}"[:39]
        assert kept == 0

    run(check())


@pytest.mark.parametrize("command", ["LOOP1:STOP", "ALLOFF", "VAP:MINMAX:RESET"])
def test_command_is_refused_and_reads_idle(run, command):
    with pytest.raises(aioca.CANothing):
        run(aioca.caput(f"STVP:{command}", 1, wait=True, timeout=TIMEOUT))
    assert run(get(command)) == [0]


def test_settings_of_the_ioc_itself_work(run):
    run(aioca.caput("STVP:LOOP1:TOL:SP", 0.3, wait=True, timeout=TIMEOUT))
    (tolerance,) = run(get("LOOP1:TOL"))
    assert (tolerance, tolerance.severity) == (0.3, 0)


def test_time_goes_on(run, see):
    async def check():
        (beat,) = await get("HEARTBEAT")
        await asyncio.gather(see("STVP:HEARTBEAT", lambda now: now > beat), see("STVP:UPTIME", lambda up: up > beat))

    run(check())

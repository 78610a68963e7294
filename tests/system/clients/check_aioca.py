"""What aioca sees, which unlike pyepics is told of a refused put; and every PV of the station, one by one."""

from __future__ import annotations

import asyncio
import json
import math
import os
import subprocess
import sys

import aioca
import pytest
from epicscorelibs.ca.cadef import CAException

TIMEOUT = 25.0  # s, only ever reached by a failing test
PUT_FAILED, NO_WRITE_ACCESS = 160, 376  # caerr.h
KINDS = {"bi": 3, "bo": 3, "mbbi": 3, "mbbo": 3, "stringin": 0, "stringout": 0, "charin": 4, "charout": 4}
NUMBERS = ("ai", "ao", "waveform")


@pytest.fixture(scope="module", autouse=True)
def _station_is_well(run, see):
    run(see("STVP:OK", lambda ok: ok == 1))


@pytest.fixture(scope="module")
def described():
    """What ``cryoioc describe`` says of every PV."""
    command = [sys.executable, "-m", "cryoioc", "describe", os.environ["STATION"], "--as", "json"]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


async def get(names, form=aioca.FORMAT_CTRL):
    return await aioca.caget(names, format=form, timeout=TIMEOUT)


async def put(name, value):
    await aioca.caput(name, value, wait=True, timeout=TIMEOUT)


async def texts(*names):
    """Return messages; the long ones are characters."""
    found = await aioca.caget(list(names), timeout=TIMEOUT)
    return [text if isinstance(text, str) else bytes(text).rstrip(b"\0").decode() for text in found]


def test_every_pv_serves_what_is_described(run, described):
    values = run(get([row["pv"] for row in described]))
    for row, value in zip(described, values, strict=True):
        name, kind = row["pv"], row["record"]
        assert value.datatype == KINDS.get(kind, value.datatype), name
        assert list(getattr(value, "enums", [])) == row["enum"], name
        if kind not in KINDS:
            assert value.units == row["unit"], name
        if kind in NUMBERS:
            assert value.precision == row["precision"], name
        if kind in ("ao", "longout") and row["high"] is not None:
            assert value.lower_ctrl_limit == row["low"], name
            assert value.upper_ctrl_limit <= row["high"], name


# What waits for a person (the valve is read by eye), for the next sample of a level meter, or for a gauge we lack.
NOT_YET = {"VALVE", "VALVE:SP", "VALVE:AGE", "DEWAR:LEVEL", "INTLK:JACKET:VALUE"}


def test_nothing_known_is_undefined_or_not_a_number(run, see, described):
    """What is polled at all is there within seconds, and healthy: the station is."""
    numbers = [row["pv"] for row in described if row["record"] in (*NUMBERS, "longin", "longout")]
    numeric = [name for name in numbers if name.removeprefix("STVP:") not in NOT_YET]
    assert len(numeric) == len(numbers) - len(NOT_YET)

    async def check():
        for name in numeric:
            value = await see(name, lambda value: value.severity == 0)
            assert all(map(math.isfinite, [value] if value.element_count == 1 else value)), name

    run(check())


def test_write_access_is_as_described(run, described):
    async def check():
        infos = await asyncio.gather(*(aioca.cainfo(row["pv"], timeout=TIMEOUT) for row in described))
        for row, info in zip(described, infos, strict=True):
            assert info.write == row["writable"], row["pv"]
            if row["record"] in ("waveform", "charin", "charout"):
                assert info.count == row["length"], row["pv"]

    run(check())


def test_every_alias_is_its_pv(run, described):
    pairs = [(alias, row["pv"]) for row in described for alias in row["aliases"]]
    assert len(pairs) > 100
    names = run(get([f"{alias}.NAME" for alias, _ in pairs], aioca.FORMAT_RAW))
    assert names == [real for _, real in pairs]


def test_every_pv_has_a_description(run, described):
    found = run(get([f"{row['pv']}.DESC" for row in described], aioca.FORMAT_RAW))
    assert found == [row["doc"] for row in described]
    assert all(0 < len(text) <= 39 for text in found)


@pytest.mark.parametrize(
    ("wish", "value", "reason"),
    [
        ("LOOP1:TEMP", 400.0, "above maximum 300 K"),
        ("LOOP1:TEMP", -1.0, "below minimum 1.4 K"),
        ("LOOP1:TEMP", math.nan, "not a finite number"),
        ("LOOP1:TEMP", math.inf, "inf"),
        ("LOOP1:TEMP", "warm", "not a number"),
        ("LOOP1:RANGE", "Hot", "unknown state"),
        ("LOOP1:RANGE", 7, "no state 7"),
        ("LOOP1:RAMP", 2, "no state 2"),
        ("LOOP1:IMAX", 1.9, "above maximum 1.414 A"),
        ("LOOP1:ZONES", [1.0] * 3, "expected 80 numbers"),
        ("LOOP1:ZONES", [math.nan] * 80, "not finite"),
        ("VAP:CURVE", 60, "above maximum 59"),
        ("VAP:NAME", "sixteen letters.", "longer than 15 characters"),
        ("VAP:NAME", "two\nlines", "plain text"),
    ],
)
def test_refused_put_fails_and_changes_nothing(run, wish, value, reason):
    group, name, truth = wish.partition(":")[0], f"STVP:{wish}:SP", f"STVP:{wish}:SP:RBV"

    async def check():
        before = await get([name, truth], aioca.FORMAT_RAW)
        with pytest.raises(aioca.CANothing) as refused:
            await put(name, value)
        assert refused.value.errorcode == PUT_FAILED
        assert str(await get([name, truth], aioca.FORMAT_RAW)) == str(before)
        short, long, station = await texts(f"STVP:{group}:MSG", f"STVP:{group}:MSG:LONG", "STVP:MSG")
        assert reason in long
        assert reason.split()[0] in short
        assert station.startswith(f"{wish}:SP: ")

    run(check())


def test_readings_have_no_write_access(run):
    with pytest.raises(CAException) as refused:
        run(put("STVP:VAP:TEMP", 4.2))
    assert refused.value.status == NO_WRITE_ACCESS


def test_message_comes_before_the_refusal_and_the_former_value_is_posted_again(run, see):
    """A panel falls back by itself."""

    async def check():
        await put("STVP:LOOP2:TEMP:SP", 12.5)
        events: asyncio.Queue[object] = asyncio.Queue()

        async def message(text):
            await events.put(str(text))

        async def wish(value):
            await events.put(float(value))

        monitors = [
            aioca.camonitor("STVP:LOOP2:MSG", message, all_updates=True),
            aioca.camonitor("STVP:LOOP2:TEMP:SP", wish, all_updates=True),
        ]
        async with asyncio.timeout(TIMEOUT):
            assert {await events.get(), await events.get()} == {await message_now(), 12.5}
            with pytest.raises(aioca.CANothing):
                await put("STVP:LOOP2:TEMP:SP", 1234.5)
            assert [await events.get(), await events.get()] == ["1234.5 above maximum 300 K", 12.5]
        for monitor in monitors:
            monitor.close()

    async def message_now():
        return str(await aioca.caget("STVP:LOOP2:MSG", timeout=TIMEOUT))

    run(check())


def test_in_position_stays_down_after_a_refused_put(run, see):
    """Until the next accepted one, although the reading is in tolerance all the time."""

    async def check():
        await put("STVP:LOOP2:TOL:SP", 100.0)
        await put("STVP:LOOP2:DWELL:SP", 0.0)
        await put("STVP:LOOP2:TEMP:SP", 12.0)
        await see("STVP:LOOP2:INPOS", lambda inpos: inpos == 1)
        with pytest.raises(aioca.CANothing):
            await put("STVP:LOOP2:TEMP:SP", 1000.0)
        events: list[int] = []
        monitor = aioca.camonitor("STVP:LOOP2:INPOS", lambda value: events.append(int(value)), all_updates=True)
        beat = await aioca.caget("STVP:HEARTBEAT", timeout=TIMEOUT)
        await see("STVP:HEARTBEAT", lambda now: now >= beat + 3)  # INPOS has been judged tens of times by then
        assert events == [0]
        await put("STVP:LOOP2:TEMP:SP", 12.0)
        await see("STVP:LOOP2:INPOS", lambda inpos: inpos == 1)
        monitor.close()

    run(check())


def test_puts_at_once_do_not_disturb_each_other(run):
    """P, I and D are one command of the instrument."""
    wanted = {f"STVP:LOOP{n}:{letter}": 10.0 * n + k for n in (1, 2) for k, letter in enumerate("PID", 1)}

    async def check():
        await asyncio.gather(*(put(f"{name}:SP", value) for name, value in wanted.items()))
        assert await get(list(wanted), aioca.FORMAT_RAW) == list(wanted.values())

    run(check())


def test_ramp_shows_target_and_moving_setpoint(run, see):
    async def check():
        await put("STVP:LOOP2:RAMP:RATE:SP", 60.0)
        await put("STVP:LOOP2:RAMP:SP", "On")
        await put("STVP:LOOP2:TEMP:SP", 50.0)
        target, moving = await get(["STVP:LOOP2:TARGET", "STVP:LOOP2:SETPOINT"])
        assert (target, target.severity) == (50.0, 0)
        assert moving < 30.0
        assert await get("STVP:LOOP2:RAMPING", aioca.FORMAT_RAW) == 1
        await see("STVP:LOOP2:SETPOINT", lambda setpoint: setpoint > moving + 0.5)
        await put("STVP:LOOP2:STOP", 1)
        target, setpoint, wish = await get([f"STVP:LOOP2:{x}" for x in ("TARGET", "SETPOINT", "TEMP:SP")])
        assert moving < target == setpoint == wish < 50.0
        assert await get("STVP:LOOP2:RAMPING", aioca.FORMAT_RAW) == 0
        await put("STVP:LOOP2:RAMP:SP", "Off")

    run(check())


def test_target_with_heater_off_is_accepted_and_says_so(run):
    async def check():
        await put("STVP:LOOP1:RANGE:SP", "Off")
        await put("STVP:LOOP1:TEMP:SP", 12.0)
        state = await aioca.caget("STVP:LOOP1:STATE", datatype=str, format=aioca.FORMAT_TIME, timeout=TIMEOUT)
        assert (state, state.severity) == ("RangeOff", 1)
        short, long = await texts("STVP:LOOP1:MSG"), await texts("STVP:LOOP1:MSG:LONG")
        assert (short[0], "RANGE is Off" in long[0]) == ("", True)  # an empty MSG is the sign of acceptance

    run(check())


def test_zone_sets_the_gains(run, see):
    """A zone table is written whole, read back, and then forbids what it sets."""
    zone = [320.0, 70.0, 30.0, 5.0, 0.0, 0.0, 0.0, 10.0]  # up to 320 K; range Off, input as the loop's

    async def check():
        table = zone + list(await get("STVP:LOOP2:ZONES", aioca.FORMAT_RAW))[len(zone) :]
        await put("STVP:LOOP2:ZONES:SP", table)
        assert list(await get("STVP:LOOP2:ZONES", aioca.FORMAT_RAW)) == table
        mode = str(await aioca.caget("STVP:LOOP2:MODE", datatype=str, timeout=TIMEOUT))
        await put("STVP:LOOP2:MODE:SP", "Zone")
        await see("STVP:LOOP2:ZONE", lambda number: number == 1)
        with pytest.raises(aioca.CANothing) as refused:
            await put("STVP:LOOP2:P:SP", 99.0)
        assert refused.value.errorcode == PUT_FAILED
        assert await texts("STVP:LOOP2:MSG") == ["zone 1 sets this"]
        await put("STVP:LOOP2:MODE:SP", mode)

    run(check())

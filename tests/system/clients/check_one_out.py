"""What a client sees while the code for TC1 is broken: it says so again and again, FM1 is as always."""

from __future__ import annotations

import aioca

TIMEOUT = 25.0  # s, only ever reached by a failing test
INVALID, MAJOR = 3, 2
WHY = "internal error: ValueError: a mistake of ours"


async def get(*names, kind=None):
    names = [f"STVP:{name}" for name in names]
    return await aioca.caget(names, format=aioca.FORMAT_TIME, datatype=kind, timeout=TIMEOUT)


def test_it_is_tried_again_and_counted(run, see):
    for number in range(1, 4):
        run(see("STVP:TC1:INTERNAL", lambda count, number=number: count >= number))
    errors, internal = run(get("TC1:ERRORS", "TC1:INTERNAL"))
    assert errors >= internal >= 3


def test_it_is_not_connected_and_says_why(run, see):
    run(see("STVP:TC1:CONNECTED", lambda connected: connected == 0 and connected.severity == MAJOR))
    run(see("STVP:TC1:MSG", lambda text: text == WHY[:39]))
    assert run(get("TC1:LASTERR", kind=aioca.DBR_CHAR_STR)) == [WHY]


def test_its_readings_are_invalid(run, see):
    for name in ("VAP:TEMP", "LOOP1:RANGE", "LOOP2:P:SP"):
        run(see(f"STVP:{name}", lambda value: value.severity == INVALID))


def test_the_other_instrument_is_served(run, see):
    flow, connected = run(get("FLOW", "FM1:CONNECTED"))
    assert (connected, connected.severity, flow.severity) == (1, 0, 0)
    (beat,) = run(get("HEARTBEAT"))
    run(see("STVP:HEARTBEAT", lambda now: now >= beat + 3))
    (later,) = run(get("FLOW"))
    assert later.severity == 0

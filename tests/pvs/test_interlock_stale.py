"""How long an input has not been known: from its last good reading, whatever happens to its instrument."""

from __future__ import annotations

import pytest

from .laboratory import ONE_LOOP, scene

TUBE = ONE_LOOP + """[instrument.AI1]
model = "adam4017"
port = "socket://127.0.0.1:7002"
[tube.pressure]
source = "AI1"
channel = 1
signal = "0-10 V"
at_low = 0.0
at_high = 2000.0
[interlock.TUBE_PRESSURE]
input = "TUBE:PRESSURE"
unit = "mbar"
above = 1250.0
stale = 5.0
"""


@pytest.mark.parametrize(("fault", "state"), [("silence", True), ("garbage", True), ("delay", 7.0)])
@scene(station=TUBE)
async def test_an_input_that_is_a_pv_is_as_old_as_its_last_reading(lab, fault, state):
    await lab.put("LOOP1:TEMP:SP", 10.0)
    await lab.put("LOOP1:RANGE:SP", "Low")
    (poll,) = {row.worst for row in lab.ioc.plans()["AI1"].table() if row.text.startswith("#")}
    setattr(lab.world.installed["AI1"].line.faults, fault, state)
    begun = lab.clock.now()
    await lab.becomes("INTLK:TUBE_PRESSURE", "Tripped", within=10.0)
    assert 5.0 - poll <= lab.clock.now() - begun <= 5.1
    assert lab["INTLK:TUBE_PRESSURE:WHY"] == "TUBE:PRESSURE not known for 5.0 s"
    await lab.until(lambda: lab.alarm("INTLK:TUBE_PRESSURE:VALUE") == ("LINK", "INVALID"), within=2.0)
    await lab.until(lambda: lab.front_panel("RANGE? 1") == "0", within=1.0)

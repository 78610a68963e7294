"""Stations with a dewar, a tube and a valve, by what they are read from."""

from __future__ import annotations

import pytest

HEAD = """
[station]
name = "RIG"
prefix = "STVP:"
[sim]
plant = "dummy"
flow = 8.8
[valve]
"""
METER = """
[instrument.LM1]
model = "{meter}"
port = "socket://127.0.0.1:7001"
[dewar]
litres = 60.0
empty = 3.0
loss = 0.6
hold_alarm = 4.0
[dewar.level]
source = "LM1"
max_age = 2.0
lolo_alarm = 5.0
low_alarm = 15.0
"""
BOX = """
[instrument.AI1]
model = "adam4017"
port = "socket://127.0.0.1:7002"
[dewar.pressure]
source = "AI1"
channel = 0
signal = "4-20 mA"
at_high = 1034.2
low_alarm = 34.5
high_alarm = 310.0
hihi_alarm = 345.0
[tube.pressure]
source = "AI1"
channel = 1
at_high = 1333.2
"""
FLOW = """
[instrument.FM1]
model = "alicat"
port = "socket://127.0.0.1:7003"
[flow]
instrument = "FM1"
"""
AMI, LM500 = HEAD + METER.format(meter="ami1700"), HEAD + METER.format(meter="lm500")
BY_HAND = HEAD + """
[dewar.level]
source = "manual"
max_age = 2.0
[tube.pressure]
source = "manual"
"""
BY_SIGNAL = HEAD + BOX + """
[dewar.level]
source = "AI1"
channel = 5
at_high = 100.0
"""
METERS = pytest.mark.parametrize("station", [AMI, LM500], ids=["ami1700", "lm500"])


def level(lab, share: float) -> None:
    """Let the probe of the level meter see another level."""
    lab.world.installed["LM1"].sensors["1"].level = lambda: share


def unit(lab, name: str):
    return lab.world.installed[name].instrument

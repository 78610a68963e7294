"""``<loop>:UNANSWERED`` from reading to reading; loops, thermometers, flow meter and clock are stand-ins."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from cryoioc.clock import Clock
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.unanswered import Unanswered
from cryoioc.safety.heat_balance import copper_heat, helium_heat
from cryoioc.station_heated import Heated

SLPM = 2.761e-6  # kg/s, referred to 70 F; physics.md 6.3


class Loop(Group):
    """A loop that heats with some power."""

    def __init__(self, desk, name, watt):
        super().__init__(desk, name)
        self.on = True
        self.output = SimpleNamespace(power=SimpleNamespace(valid=True, value=watt), is_on=lambda: self.on)


class Cryostat:
    """A vaporizer and a sample behind it, read when the test says so."""

    def __init__(self, slpm=0.0, watts=(10.0, 3.0), speed=1.0):
        self.time, desk = 0.0, Desk(Clock())
        clock = SimpleNamespace(now=lambda: self.time, speed=speed)
        self.flow = SimpleNamespace(at_least=slpm, spec=SimpleNamespace(tref=21.11))
        self.loops = [Loop(desk, name, watt) for name, watt in zip(("LOOP1", "LOOP2"), watts, strict=True)]
        self.told = []
        self.bodies = []
        for loop in self.loops:
            spec = Heated(name=loop.name, thermometer="", copper=0.3)
            thermometer = SimpleNamespace(reading=SimpleNamespace(watch=lambda good, bad: None))
            behind = self.bodies[0] if self.bodies else None
            self.bodies.append(Unanswered(loop, spec, thermometer, self.flow, clock, behind))
        self.bodies[0].watch(self.told.append)

    def read(self, *kelvins, after=1.0):
        """Read vaporizer and, if told, sample, some seconds after the last time."""
        self.time += after
        for body, kelvin in zip(self.bodies, kelvins, strict=False):
            body._read(kelvin)

    def left(self, n=0):
        """Return what the PV shows, [J]; None where that is INVALID."""
        channel = self.bodies[n].channel
        return channel.value if channel.severity != "INVALID" else None


def test_what_was_given_in_a_gap_of_the_readings_is_not_counted():
    here = Cryostat()
    for kelvin in (250.0, 250.0):
        here.read(kelvin)
    assert here.left() == pytest.approx(10.0, rel=1e-3)
    here.read(100.0, after=3.0)  # 15 kJ less, and nobody knows of what
    assert here.left() is None and here.told == [pytest.approx(10.0, rel=1e-3)]
    here.read(100.0)
    assert here.left() == pytest.approx(20.0, rel=2e-3)


def test_a_gap_is_one_of_the_line_whatever_the_clock_runs_at():
    here = Cryostat(speed=2.0)
    here.read(250.0)
    here.read(250.0, after=3.0)
    assert here.left() == pytest.approx(30.0, rel=2e-3)
    here.read(250.0, after=5.0)
    assert here.left() is None


@pytest.mark.parametrize("unknown", ["power", "flow"])
def test_what_nobody_knows_is_not_counted_and_nobody_is_told(unknown):
    here = Cryostat()
    here.read(250.0)
    power = here.loops[0].output.power
    if unknown == "power":
        power.valid = False
    else:
        here.flow.at_least = None
    here.read(250.0)
    assert here.left() is None and here.told == []
    power.valid, here.flow.at_least = True, 0.0
    here.read(250.0)
    assert here.told == [here.left()] == [pytest.approx(10.0, rel=1e-3)]


@pytest.mark.parametrize(("mass", "kelvins"), [(0.85, (290.0, 280.0)), (1.15, (280.0, 290.0))])
def test_a_mass_that_is_not_quite_right_leaves_nothing_over(mass, kelvins):
    """Lighter than the file says and cooling by the helium, heavier and warming by the heater: both tell the truth."""
    changed = mass * 0.3 * (copper_heat(kelvins[1]) - copper_heat(kelvins[0]))
    slpm = max(0.0, -changed) / SLPM / helium_heat(kelvins[0])
    here = Cryostat(slpm, watts=(max(0.0, changed), 0.0))
    for kelvin in kelvins:
        here.read(kelvin)
    assert here.left() == 0.0
    assert max(balance.left for balance in here.bodies[0].balances) > 20.0


def test_a_loop_that_is_off_adds_nothing():
    here = Cryostat()
    here.loops[0].on = False
    for kelvin in (250.0, 100.0):
        here.read(kelvin)
    assert here.left() == 0.0


def test_a_meter_that_reads_a_little_below_zero_gives_no_heat():
    here = Cryostat(slpm=-0.1)
    for kelvin in (250.0, 250.0):
        here.read(kelvin)
    assert here.left() == pytest.approx(10.0, rel=1e-3)


def test_helium_takes_no_more_from_the_sample_than_the_vaporizer_has_left_it_to_take():
    """It comes and leaves as warm as the vaporizer: what the sample's own heater gives stays, all 3 W of it."""
    slpm = 8.8
    here = Cryostat(slpm, watts=(slpm * SLPM * helium_heat(40.0), 3.0))
    for _ in range(6):
        here.read(40.0, 20.0)
    assert here.left(0) == pytest.approx(0.0, abs=0.1)
    assert here.left(1) == pytest.approx(15.0, rel=0.01)


def test_a_heavy_sample_stands_behind_a_heavy_vaporizer():
    """As heavy as it may be the vaporizer keeps all that it is given, and the helium takes what the sample is given."""
    warmed = 1.2 * 0.3 * (copper_heat(290.0) - copper_heat(289.0))
    slpm = 8.8
    here = Cryostat(slpm, watts=(warmed, slpm * SLPM * helium_heat(290.0)))
    for kelvin in (289.0, 290.0):
        here.read(kelvin, 290.0)
    assert here.left(1) == pytest.approx(0.0, abs=0.1)


def test_after_a_reset_both_masses_begin_anew():
    here = Cryostat()
    for kelvin in (250.0, 250.0):
        here.read(kelvin)
    asyncio.run(here.bodies[0]._reset())
    here.read(250.0)
    assert [balance.left for balance in here.bodies[0].balances] == 2 * [pytest.approx(10.0, rel=1e-3)]


def test_what_the_helium_brought_in_a_gap_of_the_samples_readings_is_not_counted():
    slpm = 8.8
    here = Cryostat(slpm, watts=(slpm * SLPM * helium_heat(40.0), 3.0))
    here.read(40.0, 20.0)
    for _ in range(5):
        here.read(40.0)
    here.read(40.0, 20.0)
    assert here.left(1) is None
    here.read(40.0, 20.0)
    assert here.left(1) == pytest.approx(3.0, rel=0.03)

"""``[sim] plant = "stvp"``: the cryostat behind the instruments of a station file."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryoioc.clock import Clock
from cryoioc.errors import StationError
from cryoioc.station import load
from cryosim.plant.stvp import Stvp
from cryosim.station_world import build
from cryosim.world import STEP

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"


def station(tmp_path, *replacements):
    text = STVP.read_text("utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "stvp.toml"
    path.write_text(text)
    return load(path)


def test_the_instruments_read_the_cryostat(tmp_path):
    world = build(station(tmp_path), Clock())
    assert isinstance(world.plant, Stvp)
    controller = world.installed["TC1"].instrument
    meter = world.installed["FM1"].instrument
    controller.receive(b"SETP 1,13;SETP 2,15;RANGE 1,3;RANGE 2,3\n")
    for _ in range(round(600.0 / STEP)):
        for instrument in (controller, meter):
            instrument.advance(STEP)
        world.plant.advance(STEP)
    vaporizer, sample, percent = controller.receive(b"KRDG? A;KRDG? B;HTR? 1\n").split(b";")
    assert float(vaporizer) == pytest.approx(13.0, abs=0.02)
    assert float(sample) == pytest.approx(15.0, abs=0.02)
    assert 8.0 < float(percent) < 13.0
    slpm = float(meter.receive(b"A\r").split()[4])
    assert slpm == pytest.approx(8.8, rel=0.05)


def test_without_initial_temperatures_it_is_warm(tmp_path):
    warm = station(tmp_path, ("[sim.temperatures]\nVAP = 13.0\nSAMPLE = 15.0\n", ""))
    plant = build(warm, Clock()).plant
    assert plant.temperature("VAP") == pytest.approx(293.6)


def test_a_thermometer_that_the_cryostat_has_not_got_is_named(tmp_path):
    names = ("[thermometer.SAMPLE]", "SAMPLE = 15.0", "SAMPLE:TEMP", "SAMPLE:STATUS", 'healthy = ["SAMPLE"]',
             'thermometer = "SAMPLE"')
    other = station(tmp_path, *((name, name.replace("SAMPLE", "SHIELD")) for name in names))
    with pytest.raises(StationError, match="SHIELD"):
        build(other, Clock())


def test_a_heater_of_another_resistance_is_named(tmp_path):
    other = station(tmp_path, ("heater_ohm = 25.0\nmax_current = 1.414", "heater_ohm = 50.0\nmax_current = 1.0"))
    with pytest.raises(StationError, match="LOOP1.heater_ohm: sim.plant stvp has 25"):
        build(other, Clock())

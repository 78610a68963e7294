"""Calibration with a hot and a cold load: put by a script, taken from a meter, refused, kept."""

from __future__ import annotations

import asyncio
import math
import time
from pathlib import Path

import pytest

from cryoioc.errors import StationError
from cryoioc.station import load

from .laboratory import scene

CRX = Path(__file__).parents[2] / "db" / "crx.toml"
HEAD = """
[station]
name = "RX"
prefix = "CRX:"
[y_factor]
unit = "mW"
t_hot_error = 0.5
t_cold_error = 0.5
power_error = 0.002
"""
CHANNELS = """
[y_factor.channel.B1_RHCP]
low = 4.56
high = 5.06
polarisation = "RHCP"
reference = 7.0
injected = { 0 = 41, 3 = 21, 6 = 11 }
[y_factor.channel.B2_RHCP]
low = 5.9
high = 6.4
polarisation = "RHCP"
[y_factor.channel.B3_RHCP]
low = 6.4
high = 6.9
polarisation = "RHCP"
reference = 9.0
"""
SCRIPT = HEAD + CHANNELS
METER = SCRIPT + """
[y_factor.power]
source = "AI1"
channel = 0
at_high = 10.0
[instrument.AI1]
model = "adam4017"
port = "socket://127.0.0.1:7001"
"""
RESULTS = ("YF:Y", "YF:TRX", "YF:TRX:ERR")
HOT, COLD = 3.02, 0.84  # mW of a receiver of 7 K at 295 and 77 K


async def measure(lab, hot: float = HOT, cold: float = COLD) -> None:
    """Put both powers as a script does."""
    await lab.put("YF:HOT:SP", hot)
    await lab.put("YF:COLD:SP", cold)


@scene(station=SCRIPT)
async def test_a_script_puts_both_powers_and_reads_the_noise_temperature(lab):
    assert [lab.alarm(name)[1] for name in RESULTS] == ["INVALID"] * 3 and lab["YF:STATUS"] == "No power"
    await measure(lab)
    # No waiting: when the put is complete, it is reckoned.
    assert lab["YF:Y"] == pytest.approx(3.02 / 0.84)
    assert lab["YF:TRX"] == pytest.approx(7.0, abs=1e-6)
    y, slope = 3.02 / 0.84, 3.02 / 0.84 - 1.0
    parts = (0.5 / slope, y * 0.5 / slope, y * 0.002 * math.sqrt(2.0) * 218.0 / slope**2)
    assert lab["YF:TRX:ERR"] == pytest.approx(math.hypot(*parts))
    assert [lab.alarm(name) for name in RESULTS] == [("NO_ALARM", "NO_ALARM")] * 3
    assert lab["YF:MSG"] == "" and lab["YF:TRX:REF"] == 7.0


@scene(station=SCRIPT)
async def test_temperatures_of_the_loads_count_at_once(lab):
    await measure(lab)
    await lab.put("YF:TC:SP", 79.0)
    assert lab["YF:TRX"] == pytest.approx((295.0 - 3.02 / 0.84 * 79.0) / (3.02 / 0.84 - 1.0))
    assert lab["YF:TC:SP:RBV"] == 79.0


@pytest.mark.parametrize(("puts", "word", "why"), [
    ({"YF:HOT:SP": 0.84}, "Loads alike", "above that with the cold one"),
    ({"YF:HOT:SP": 3.3}, "Below 0 K", "more than these loads can give"),
    ({"YF:TH:SP": 70.0}, "TH below TC", "TH must be above TC"),
    ({"YF:TH:SP": 77.0}, "TH below TC", "TH must be above TC"),
])  # fmt: skip
def test_what_makes_no_sense_is_no_temperature_and_is_not_recorded(puts, word, why):
    @scene(station=SCRIPT)
    async def play(lab):
        await measure(lab)
        for name, value in puts.items():
            await lab.put(name, value)
        assert lab["YF:STATUS"] == word
        assert [lab.alarm(name) for name in RESULTS] == [("CALC", "INVALID")] * 3
        assert why in await lab.refused("YF:RECORD")
        assert lab["YF:HISTORY:TRX"] == ()

    play()


@pytest.mark.parametrize("load", ["hot", "cold"])
def test_powers_grow_old(load):
    aging = f'unit = "mW"\n{load} = {{ source = "manual", max_age = 0.01 }}'

    @scene(station=SCRIPT.replace('unit = "mW"', aging))
    async def play(lab):
        await measure(lab)
        await lab.run(40.0)
        assert lab["YF:STATUS"] == "No power" and lab.alarm("YF:TRX")[1] == "INVALID"
        assert "YF:HOT:STATUS" in await lab.refused("YF:RECORD")
        assert lab[f"YF:{load.upper()}:STATUS"] == "Too old"

    play()


@scene(station=SCRIPT.replace('"mW"', '"dBm"'))
async def test_decibels(lab):
    await measure(lab, -30.0, -30.0 - 10.0 * math.log10(302.0 / 84.0))
    assert lab["YF:TRX"] == pytest.approx(7.0, abs=1e-6)
    (group,) = [one for one in lab.ioc.rig.groups if one.name == "YF"]
    group.hot.take(9.9e37, lab.clock.now())  # what a SCPI meter says that has no reading
    assert lab["YF:STATUS"] == "No power" and lab.alarm("YF:TRX") == ("CALC", "INVALID")


@scene(station=SCRIPT)
async def test_powers_belong_to_a_channel(lab):
    await measure(lab)
    await lab.put("YF:CHANNEL:SP", "B3_RHCP")
    assert lab.alarm("YF:TRX")[1] == lab.alarm("YF:HOT")[1] == "INVALID"
    assert lab["YF:HOT:STATUS"] == lab["YF:COLD:STATUS"] == "Not entered"
    assert lab["YF:TRX:REF"] == 9.0
    await lab.put("YF:CHANNEL:SP", "B2_RHCP")
    assert lab.alarm("YF:TRX:REF") == ("UDF", "INVALID")


@scene(station=SCRIPT)
async def test_injected_noise_of_the_channel(lab):
    assert lab["YF:TCAL:DB"] == (0, 3, 6, 9, 12, 15, 18, 21) and lab["YF:TCAL:MEASURED"] == 3
    assert [round(kelvin, 1) for kelvin in lab["YF:TCAL"]] == [41, 21, 11, 5.5, 2.8, 1.4, 0.7, 0.3]
    await lab.put("YF:CHANNEL:SP", "B2_RHCP")
    assert lab["YF:TCAL"] == () and lab["YF:TCAL:MEASURED"] == 0


def test_history_of_each_channel_outlives_a_restart(tmp_path):
    @scene(station=SCRIPT, state=tmp_path)
    async def before(lab):
        await measure(lab)
        await lab.put("YF:RECORD")
        await measure(lab, 3.04, 0.86)
        await lab.put("YF:RECORD")
        assert lab["YF:HISTORY:TRX"] == pytest.approx((7.0, (295.0 - 3.04 / 0.86 * 77.0) / (3.04 / 0.86 - 1.0)))
        await lab.put("YF:CHANNEL:SP", "B3_RHCP")
        assert lab["YF:HISTORY:TRX"] == ()
        await measure(lab)
        await lab.put("YF:RECORD")
        await lab.run(3.0)

    @scene(station=SCRIPT, state=tmp_path)
    async def after(lab):
        assert lab["YF:CHANNEL"] == "B3_RHCP" and len(lab["YF:HISTORY:TRX"]) == 1
        await lab.put("YF:CHANNEL:SP", "B1_RHCP")
        assert lab["YF:HISTORY:TRX"][0] == pytest.approx(7.0) and len(lab["YF:HISTORY:TRX"]) == 2
        assert lab["YF:HISTORY:Y"][0] == pytest.approx(3.02 / 0.84) and lab["YF:HISTORY:ERR"][0] > 0.0
        first, second = lab["YF:HISTORY:TIME"]
        assert 1.7e9 < first <= second < 4e9  # s since 1970
        # The powers themselves are of the past: nobody knows what stands in front now.
        assert lab.alarm("YF:TRX")[1] == "INVALID" and lab["YF:HOT:STATUS"] in ("Too old", "Not entered")

    before()
    after()


def test_a_history_that_is_none_is_dropped_and_told(tmp_path):
    (tmp_path / "saved.json").write_text('{"version": 2, "values": {"YF:HISTORY:B1_RHCP": ["[[1, 2, 3]]", null]}}')

    @scene(station=SCRIPT, state=tmp_path)
    async def play(lab):
        await lab.run(2.0)
        assert lab["YF:HISTORY:TRX"] == ()
        assert lab["IOC:STATE"] == "Dropped" and "YF:HISTORY:B1_RHCP" in lab["IOC:STATE:WHY"]

    play()


@scene(station=SCRIPT)
async def test_a_measurement_is_kept_with_the_time_at_which_it_was_made(lab):
    begun = time.time()
    await measure(lab)
    ended = time.time()
    await lab.run(10.0)
    await lab.put("YF:RECORD")
    (kept,) = lab["YF:HISTORY:TIME"]
    assert begun - 1e-3 <= kept <= ended + 1e-3  # a float is coarser than a stamp


@scene(station=SCRIPT)
async def test_the_oldest_go(lab):
    await measure(lab)
    for _ in range(101):
        await lab.put("YF:RECORD")
    assert len(lab["YF:HISTORY:TRX"]) == 100


def transmitter(lab, milliwatt: float) -> None:
    """Let the detector on the input box see another power; 10 mW are 10 V."""
    lab.world.installed["AI1"].sensors["0"].quantity = lambda: milliwatt


async def change_while_taking(lab, milliwatt: float) -> None:
    """Let the power change half way through the average of the hot load."""
    taking = asyncio.ensure_future(lab.put("YF:HOT:TAKE"))
    await lab.run(2.5)
    transmitter(lab, milliwatt)
    await taking


@pytest.fixture
def powers(monkeypatch):
    """Let the plant have powers with the hot load in front; plants of the twin have none."""
    from cryosim.mounting import adam

    known = adam._measured
    seen = dict.fromkeys(("y_factor.power", "y_factor.hot"), lambda: HOT)
    monkeypatch.setattr(adam, "_measured", lambda plant: known(plant) | seen)


def test_a_meter_is_averaged(powers):
    @scene(station=METER)
    async def play(lab):
        await lab.until(lambda: lab.alarm("YF:POWER") == ("NO_ALARM", "NO_ALARM"), within=15.0)
        transmitter(lab, 1.0)
        await lab.run(2.0)
        await change_while_taking(lab, 5.0)
        assert 1.5 < lab["YF:HOT"] < 4.5  # neither the first nor the last one
        transmitter(lab, HOT)
        await lab.run(2.0)
        begun = lab.clock.now()
        await lab.put("YF:HOT:TAKE")
        assert lab.clock.now() - begun == pytest.approx(5.0, abs=0.5)
        transmitter(lab, COLD)
        await lab.run(2.0)
        await lab.put("YF:COLD:TAKE")
        assert lab["YF:TRX"] == pytest.approx(7.0, abs=0.2) and lab["YF:HOT:STATUS"] == "OK"
        lab.unplug("AI1")
        await lab.until(lambda: lab.alarm("YF:POWER")[1] == "INVALID", within=5.0)
        assert "power meter: No reading" in await lab.refused("YF:COLD:TAKE")
        await lab.run(5.0)
        assert lab["YF:POWER:AGE"] > 4.0
        assert lab["YF:TRX"] == pytest.approx(7.0, abs=0.2)  # what was taken stays
        lab.plug_in("AI1")
        transmitter(lab, 0.0)
        await lab.until(lambda: lab["YF:POWER"] == 0.0 and lab.channel("YF:POWER").valid, within=15.0)
        await lab.put("YF:COLD:TAKE")
        assert lab["YF:STATUS"] == "No power" and lab.alarm("YF:TRX") == ("CALC", "INVALID")

    play()


def test_of_decibels_the_powers_are_averaged(powers):
    @scene(station=METER.replace('unit = "mW"', 'unit = "dBm"'))
    async def play(lab):
        await lab.until(lambda: lab.channel("YF:POWER").valid, within=15.0)
        transmitter(lab, 0.0)
        await lab.run(2.0)
        await change_while_taking(lab, 10.0)
        assert 6.5 < lab["YF:HOT"] < 8.2  # two or three of five at 10 mW; the mean of the decibels is 4 or 6

    play()


def test_what_is_taken_while_another_channel_is_put_is_of_neither(powers):
    @scene(station=METER)
    async def play(lab):
        await lab.until(lambda: lab.alarm("YF:POWER") == ("NO_ALARM", "NO_ALARM"), within=15.0)
        taking = asyncio.ensure_future(lab.refused("YF:HOT:TAKE"))
        await lab.run(2.5)
        await lab.put("YF:CHANNEL:SP", "B3_RHCP")
        assert "CHANNEL was put to B3_RHCP" in await taking
        assert lab["YF:HOT:STATUS"] == "Not entered" and lab.alarm("YF:HOT")[1] == "INVALID"

    play()


def test_a_power_that_is_measured_is_neither_taken_nor_forgotten_with_the_channel(powers):
    measured = 'unit = "mW"\nhot = { source = "AI1", channel = 1, at_high = 10.0 }'

    @scene(station=METER.replace('unit = "mW"', measured))
    async def play(lab):
        assert "YF:COLD:TAKE" in lab.ioc.desk.channels and "YF:HOT:TAKE" not in lab.ioc.desk.channels
        await lab.until(lambda: lab["YF:HOT:STATUS"] == "OK", within=15.0)
        await lab.put("YF:COLD:SP", COLD)
        await lab.put("YF:CHANNEL:SP", "B3_RHCP")
        assert (lab["YF:HOT:STATUS"], lab["YF:COLD:STATUS"]) == ("OK", "Not entered")

    play()


@pytest.mark.parametrize(("old", "new", "line"), [
    (CHANNELS, "", "y_factor.channel: expected 1 to 16 tables [y_factor.channel.NAME], found 0"),
    ('unit = "mW"', 't_cold = 300.0', "y_factor: t_cold 300 K must be below t_hot 295 K"),
    ("high = 5.06", "high = 4.5", "y_factor.channel.B1_RHCP: low 4.56 GHz must be below high 4.5 GHz"),
    ("0 = 41", "x = 41", "y_factor.channel.B1_RHCP.injected: expected dB = K, found 'x' = 41"),
    ("B2_RHCP", "b2", "y_factor.channel.b2: expected a name of upper-case letters, digits and _, at most 20"),
    ('"RHCP"', '"left"', "y_factor.channel.B1_RHCP.polarisation: expected one of LHCP, RHCP, X, Y, found 'left'"),
    ('unit = "mW"', 'unit = "dB"', "y_factor.unit: expected one of W, mW, uW, nW, dBm, found 'dB'"),
    ('unit = "mW"', 'power = { source = "manual" }',
     "y_factor.power.source: expected what measures it, found 'manual'"),
    ('unit = "mW"', 'hot = { source = "PM1" }',
     "y_factor.hot.source: expected 'manual', 'ca:PV' or an instrument of this file, found 'PM1'"),
    ('unit = "mW"', 'hot = "PM1"', "y_factor.hot: expected a table, found 'PM1'"),
])  # fmt: skip
def test_one_line_for_a_mistake(tmp_path, old, new, line):
    path = tmp_path / "rx.toml"
    assert old in SCRIPT
    path.write_text(SCRIPT.replace(old, new, 1))
    with pytest.raises(StationError) as caught:
        load(path)
    assert line in [said.removeprefix(f"{path}: ") for said in caught.value.lines]

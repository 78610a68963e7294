"""An IOC that was ended and started again asks every instrument of a station, and says nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryoioc.clock import run_virtual
from cryoioc.rehearsal import Stage
from cryoioc.station import load

from .questions import orders, units

DB = Path(__file__).parents[2] / "db"
LONG_ENOUGH = 70.0  # s of asking: what is not answered is asked again after 60 s
PUTS = {
    "stvp": {"LOOP1:TEMP:SP": 12.5, "LOOP1:P:SP": 61.0, "LOOP1:TOL:SP": 0.3, "LOOP1:RAMP:RATE:SP": 1.5},
    "crx": {"HEATERS:MAXTIME:SP": 1200.0},
}


@pytest.mark.parametrize("name", PUTS)
def test_after_a_kill_every_instrument_is_only_asked(tmp_path, name):
    async def run() -> None:
        station = load(DB / f"{name}.toml")
        stage = Stage(station, seed=1, state=tmp_path)
        async with stage.open():
            await stage.ready()
            for pv, value in PUTS[name].items():
                await stage.put(pv, value)
            await stage.end_ioc()  # nothing is parked: all that is not yet said stays unsaid
            logs: dict[str, list] = {}
            for instrument, unit in stage.world.installed.items():
                unit.line.log = logs[instrument] = []
            stage.begin_ioc()
            await stage.ready()
            await stage.clock.sleep(LONG_ENOUGH)
            for pv, value in PUTS[name].items():
                assert stage.get(pv) == pytest.approx(value), pv
        assert set(logs) == set(station.instruments)
        for instrument, log in logs.items():
            said = {unit for _, way, data in log if way == ">" for unit in units(data)}
            assert len(said) > 2, f"{instrument} was asked"
            assert orders(station.instruments[instrument].model, said) == [], instrument

    run_virtual(run())


@pytest.mark.parametrize(("model", "order"), [
    ("lakeshore335", "SETP 1,20"), ("lakeshore335", "RANGE 1,1"), ("lakeshore218", "FILTER 1,1"),
    ("alicat", "AS 5.0"), ("alicat", "ADCFRT S 2 25.0"), ("ami1700", "HE:INT 5"), ("adam4017", "%0101090600"),
    ("pfeiffer_tpg262", "SEN,0,2"), ("pfeiffer_tpg262", "UNI,0"),
    ("keysight_n6700", ":OUTP ON,(@1)"), ("keysight_e36312a", ":VOLT 1.0,(@1)"),
])  # fmt: skip
def test_an_order_does_not_pass_for_a_question(model, order):
    assert orders(model, {order}) == [order]

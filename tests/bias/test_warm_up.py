"""The document's 50 V, by the key that its station file has: what the IOC drives warms as the plant alone does.

The whole warm-up is ``cryoioc acceptance db/crx_50V.toml``, here are its first minutes, in which 40.5 V would be 3 K
behind at the second stage.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.pvs.laboratory import edited

from cryoioc.errors import StationError
from cryoioc.rehearsal import warm_up
from cryoioc.rehearsal.warm_up import WarmUp
from cryoioc.station import Station, load

DB = Path(__file__).parents[2] / "db"
MINUTES = 4.0
AGREED = WarmUp(volts=50.0, amperes=0.617, hours=5.5, alone=5.52, apart=0.4, ended="On")


def heaters_alone() -> Station:
    """Return the station of the 50 V with heaters and thermometers, and nothing else to be polled."""
    station = load(DB / "crx_50V.toml")
    interlocks = ("HEATERS_CURRENT", "STAGE1_HOT", "STAGE2_HOT")
    return replace(
        station, instruments={name: station.instruments[name] for name in ("TM1", "PS1")}, amplifiers={}, vacuum=None,
        compressor=None, cooler=None, interlocks={name: station.interlocks[name] for name in interlocks},
        powers={name: replace(one, monitor=None) for name, one in station.powers.items()})  # fmt: skip


def test_the_ioc_with_the_key_warms_as_the_plant_does():
    seen = warm_up.rehearse(heaters_alone(), ends=MINUTES / 60.0)
    assert seen.holds
    assert (seen.volts, seen.ended) == (50.0, "On")
    assert seen.amperes == pytest.approx(0.617, abs=0.002)


def test_the_other_file_has_the_key_and_nothing_else_of_its_own(tmp_path):
    theirs, ours = load(DB / "crx_50V.toml"), load(DB / "crx.toml")
    heaters, current = theirs.powers["HEATERS"], theirs.interlocks["HEATERS_CURRENT"]
    assert heaters.above_proof and not ours.powers["HEATERS"].above_proof
    powers = theirs.powers | {"HEATERS": ours.powers["HEATERS"]}
    interlocks = theirs.interlocks | {"HEATERS_CURRENT": replace(current, above=520.0)}
    assert replace(theirs, path=ours.path, powers=powers, interlocks=interlocks) == ours
    path = tmp_path / "station.toml"
    path.write_text(edited(("above_proof = true", ""), ("crx.toml", f"{DB}/crx.toml"), station=DB / "crx_50V.toml"))
    with pytest.raises(StationError, match="expected above_proof = true for that"):
        load(path)


@pytest.mark.parametrize("wrong", [
    {"hours": 5.4}, {"alone": None}, {"hours": None}, {"apart": 0.6}, {"ended": "Tripped"}])  # fmt: skip
def test_what_does_not_agree_does_not_hold(wrong):
    assert AGREED.holds
    assert not replace(AGREED, **wrong).holds


def test_a_station_without_heaters_is_told_so():
    with pytest.raises(StationError, match=r"power\.HEATERS: missing"):
        warm_up.insist(replace(heaters_alone(), powers={}))

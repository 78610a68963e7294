"""Every stage of both amplifiers to the bias of its table, warm and cold, on every kind of supply, put with pyepics.

Voltages are at the connector, leads and return corrected: of the amplifiers here the return alone lifts the ground by
0.16 V when warm.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .clients import let
from .receivers import KINDS, TABLE, Kind, station

FINE = 0.05e-3  # A
VOLT = {"WARM": 0.01, "COLD": 0.1}  # the last digit of the printed table; of the currents it is 1 mA
GM = {"WARM": 14e-3, "COLD": 6.6e-3}  # A/V, least of the three stages; bias-flow-vacuum.md 2.3
# What is put where it must not be, and what MSG says of it.
REFUSED = {
    "off: S1:VD:SP=0.5": "only a bias that stands",
    "moving: S1:VD:SP=0.5": "only a bias that stands",
    "on: S2:VG:SP=0.1": "SERVO is On",
    "on: S2:VD:SP=1.9": "allowed up to",
    "on: S2:ID:SP=14.0": "allowed up to",
    "held: S2:ID:SP=3.0": "SERVO is Off",
    "held: S2:VG:SP=1.5": "allowed -5 to 1",
    "on: RESET=1": "nothing has tripped",
}


def switched_on(tmp_path: Path, kind: Kind) -> dict[str, dict[str, object]]:
    path = tmp_path / "station.toml"
    path.write_text(station((kind,), prefix="AMP:"))
    wanted = [f"{kind.letter}{serial}{window}={window.title()}" for serial, window in TABLE]
    found: dict[str, dict[str, object]] = json.loads(let("switch_on", path, "AMP:", *wanted))
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model)
def test_to_the_bias_of_the_table(tmp_path: Path, kind: Kind) -> None:
    found = switched_on(tmp_path, kind)
    for (serial, window), rows in TABLE.items():
        amplifier = found[f"{kind.letter}{serial}{window}"]
        assert (amplifier["BIAS"], amplifier["READY"]) == (window.title(), "Yes"), amplifier
        stages = amplifier["stages"]
        assert isinstance(stages, list)
        for number, ((drain, current, gate), stage) in enumerate(zip(rows, stages, strict=True), 1):
            where = f"{kind.model} {serial} {window} S{number}: {stage}"
            # A step of a coarse current is 4 mV in the leads: the whole digit there, else half of it.
            digit = 0.5 if kind.resolution <= FINE else 1.0
            assert abs(stage["VD"] - drain) <= digit * VOLT[window], where
            assert abs(stage["ID"] - current) <= 0.5, where
            exact = 0.010 if kind.resolution <= FINE else kind.resolution / GM[window]
            assert abs(stage["VG"] - gate) <= exact, where
            assert stage["LOCKED"] == 1, where
            lifted = sum(one["ID"] for one in stages) * 1e-3 * 5.2
            # The client reads one after the other, and a current may have moved by a step meanwhile.
            near = 2e-3 + kind.resolution * (15.5 + 3 * 5.2)
            assert stage["VD:SUPPLY"] == pytest.approx(stage["VD"] + stage["ID"] * 15.5e-3 + lifted, abs=near), where
        assert_refused(amplifier["refused"], window)
        off = found[f"{kind.letter}{serial}{window} off"]
        assert off["BIAS"] == "Off"
        assert all(abs(stage["VD"]) < 0.01 and abs(stage["ID"]) < 0.05 for stage in off["stages"]), off


def assert_refused(said: object, window: str) -> None:
    """See that each put was refused in words, or accepted, as it must be; an empty MSG is an accepted put."""
    assert isinstance(said, dict)
    other, own = ("Cold", "Warm") if window == "WARM" else ("Warm", "Cold")
    words = REFUSED | {f"BIAS:SP={other}": f"{other} only", f"moving: BIAS:SP={own}": "it is on its way"}
    for put, message in said.items():
        if put.startswith("accepted: "):
            assert message == "", put
        else:
            assert words[put] in message, (put, message)
    assert set(words) < set(said)

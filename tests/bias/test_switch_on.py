"""Every stage of both amplifiers to the bias of its table, warm and cold, on every kind of supply, put with pyepics.

Voltages are at the connector, leads and return corrected: of the amplifiers here the return alone lifts the ground by
0.16 V when warm.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ports import find_free_port

from .receivers import KINDS, TABLE, Kind, station

ROOT = Path(__file__).parents[2]
TIMEOUT = 800.0  # s, only ever reached by a failing test: a minute of four amplifiers takes 15 s of a processor
FINE = 0.05e-3  # A
# Half of the last digit of the printed table: volts, milliamperes.
HALF_VOLT = {"WARM": 0.005, "COLD": 0.05}
HALF_MILLIAMPERE = 0.5
GM = {"WARM": 14e-3, "COLD": 6.6e-3}  # A/V, least of the three stages; bias-flow-vacuum.md 2.3
# What is put where it must not be, and what MSG says of it.
REFUSED = {
    "off: S1:VD:SP=0.5": "only a bias that stands",
    "moving: S1:VD:SP=0.5": "only a bias that stands",
    "on: S2:VG:SP=0.1": "SERVO is On",
    "on: S2:VD:SP=1.9": "allowed up to",
    "on: S2:ID:SP=14.0": "allowed up to",
    "held: S2:ID:SP=3.0": "SERVO is Off",
}


def switched_on(tmp_path: Path, kind: Kind) -> dict[str, dict[str, object]]:
    port, path = find_free_port(), tmp_path / "station.toml"
    path.write_text(station((kind,), prefix="AMP:", port=port))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "ioc", ROOT / "sim", ROOT))),
                   "EPICS_CA_ADDR_LIST": "127.0.0.1", "EPICS_CA_AUTO_ADDR_LIST": "NO",
                   "EPICS_CA_SERVER_PORT": str(port), "EPICS_CA_REPEATER_PORT": str(find_free_port())}  # fmt: skip
    wanted = [f"{kind.letter}{serial}{window}={window.title()}" for serial, window in TABLE]
    ioc = subprocess.Popen([sys.executable, "-m", "tests.bias.hurried", str(path), str(port)], env=environment,
                           cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
    try:
        assert ioc.stdout is not None
        assert ioc.stdout.readline() == "ready\n"
        client = subprocess.run([sys.executable, "-m", "tests.bias.switch_on", "AMP:", *wanted], env=environment,
                                cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT, check=False)  # fmt: skip
        assert client.returncode == 0, client.stderr
        found: dict[str, dict[str, object]] = json.loads(client.stdout)
        return found
    finally:
        ioc.communicate("\n", timeout=TIMEOUT)


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
            assert abs(stage["VD"] - drain) <= HALF_VOLT[window], where
            assert abs(stage["ID"] - current) <= HALF_MILLIAMPERE, where
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

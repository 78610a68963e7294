"""Several stations on one host: what two of them both want is found; ten are found by one client, each for itself."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.station import load

HERE = Path(__file__).parent
COMMON = """
[ca]
interfaces = ["127.0.0.1"]
port = 5064
[instrument.TC1]
model = "lakeshore335"
port = "socket://127.0.0.1:${LINE}"
[thermometer.VAP]
instrument = "TC1"
input = "A"
"""
STATION = """
[station]
name = "{name}"
prefix = "{name}:"
include = ["common.inc"]
state_dir = "state/{name}"
[ca]
port = {port}
[instrument.TC1]
port = "socket://127.0.0.1:{line}"
"""
TEN = [f"CRYO{n}" for n in range(10)]


@pytest.fixture
def stations(tmp_path, monkeypatch):
    """Return what writes station files that share a common one."""
    monkeypatch.setenv("LINE", "7777")
    (tmp_path / "common.inc").write_text(COMMON)

    def write(**changes: dict) -> list[Path]:
        files = []
        for n, name in enumerate(("CRYO1", "CRYO2")):
            values = {"name": name, "port": 6001 + n, "line": 7001 + n} | changes.get(name, {})
            files.append(tmp_path / f"{name.lower()}.toml")
            files[-1].write_text(STATION.format(**values) + values.get("more", ""))
        return files

    return write


def test_stations_that_want_nothing_of_each_other_are_shown(cryoioc, stations):
    one, two = stations(CRYO2={"more": '[alias]\nT = "VAP:TEMP"\n'})
    said = cryoioc("check", one, two)
    assert (said.status, said.stderr) == (0, "")
    for file, name, port in ((one, "CRYO1", 6001), (two, "CRYO2", 6002)):
        assert f"{file}: {name}, " in said.stdout
        assert f"  binds 127.0.0.1:{port} TCP and UDP\n" in said.stdout
        assert f"  keeps its state in {file.parent}/state/{name}\n" in said.stdout
    assert said.stdout.count("  DEFAULT may be put by hosts localhost\n") == 2
    assert "  opens socket://127.0.0.1:7002 for TC1 (lakeshore335)\n" in said.stdout


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"port": 6001}, ["Channel Access port 6001"]),
        ({"line": 7001}, ["port socket://127.0.0.1:7001 of TC1"]),
        ({"more": '[instrument.FM1]\nmodel = "alicat"\nport = "socket://localhost:07001"\n'},
         ["port socket://localhost:07001 of FM1"]),
        ({"more": '[instrument.FM1]\nmodel = "alicat"\nport = "rfc2217://127.0.0.1:7001"\n'},
         ["port rfc2217://127.0.0.1:7001 of FM1"]),
    ],
)  # fmt: skip
def test_a_port_that_two_want_is_found(cryoioc, stations, change, expected):
    one, two = stations(CRYO2=change)
    said = cryoioc("check", one, two)
    assert (said.status, said.stdout) == (2, "")
    assert said.stderr == "".join(f"{two}: {what} is also used by {one}\n" for what in expected)


@pytest.mark.parametrize(
    ("exported", "expected"),
    [({}, 5064), ({"EPICS_CA_SERVER_PORT": "6011"}, 6011),
     ({"EPICS_CA_SERVER_PORT": "6011", "EPICS_CAS_SERVER_PORT": "6012"}, 6012)],
)  # fmt: skip
def test_the_port_that_is_checked_is_the_one_that_is_bound(cryoioc, stations, monkeypatch, exported, expected):
    named, without = stations()
    (named.parent / "common.inc").write_text(COMMON.replace("port = 5064", ""))
    without.write_text(without.read_text().replace("port = 6002", ""))
    for name in ("EPICS_CA_SERVER_PORT", "EPICS_CAS_SERVER_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, text in exported.items():
        monkeypatch.setenv(name, text)
    for file, port in ((named, 6001), (without, expected)):
        assert Ioc(load(file), Clock()).make_server().port == port
        assert f"Channel Access on 127.0.0.1 port {port}\n" in cryoioc("check", file).stdout
    assert f"binds 127.0.0.1:{expected} TCP and UDP\n" in cryoioc("check", named, without).stdout


def test_a_port_of_the_environment_can_be_wanted_by_two(cryoioc, stations, monkeypatch):
    one, two = stations()
    (one.parent / "common.inc").write_text(COMMON.replace("port = 5064", ""))
    two.write_text(two.read_text().replace("port = 6002", ""))
    monkeypatch.setenv("EPICS_CAS_SERVER_PORT", "6001")
    assert cryoioc("check", one, two).stderr == f"{two}: Channel Access port 6001 is also used by {one}\n"
    monkeypatch.setenv("EPICS_CAS_SERVER_PORT", "80")
    said = cryoioc("check", one, two)
    assert (said.status, said.stderr) == (
        2, f"{two}: ca.port: expected a whole number from 1024 to 65535 in $EPICS_CAS_SERVER_PORT, found '80'\n"
    )  # fmt: skip


def test_a_serial_port_under_two_names_is_one(cryoioc, stations, tmp_path):
    (tmp_path / "ttyUSB0").write_text("")
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyUSB0")
    wire = '[instrument.FM1]\nmodel = "alicat"\nport = "{}"\n'
    names = [str(tmp_path / name) for name in ("ttyUSB0", "by-id")]
    one, two = stations(CRYO1={"more": wire.format(names[0])}, CRYO2={"more": wire.format(names[1])})
    assert cryoioc("check", one, two).stderr == f"{two}: port {names[1]} of FM1 is also used by {one}\n"


def test_an_address_and_all_addresses_share_their_ports(cryoioc, stations):
    one, two = stations(CRYO2={"port": '6001\ninterfaces = ["0.0.0.0"]'})
    said = cryoioc("check", one, two)
    assert said.stderr == f"{two}: Channel Access port 6001 is also used by {one}\n"


def test_the_same_prefix_is_told_once_and_the_same_state_too(cryoioc, stations):
    one, two = stations(CRYO2={"name": "CRYO1"})
    said = cryoioc("check", one, two)
    folder = one.parent / "state" / "CRYO1"
    assert said.stderr.splitlines() == [
        f"{two}: prefix CRYO1: is also used by {one}",
        f"{two}: state folder {folder} is also used by {one}",
        f"{two}: put log {folder}/puts.jsonl is also used by {one}",
    ]


def test_an_alias_that_is_a_pv_of_another_station_is_found(cryoioc, stations, tmp_path):
    one, two = stations(CRYO2={"name": "CRYO1:SUB", "more": '[alias]\nT = "VAP:TEMP"\n'})
    with one.open("a") as file:
        file.write('[alias]\n"SUB:T" = "VAP:TEMP"\n')
    said = cryoioc("check", one, two)
    assert said.stderr == f"{two}: PV CRYO1:SUB:T is also used by {one}\n"


def test_mistakes_of_all_files_are_told(cryoioc, stations):
    one, two = stations(CRYO1={"port": 80}, CRYO2={"port": "\"x\""})
    lines = cryoioc("check", one, two).stderr.splitlines()
    assert [line.split(": ")[0] for line in lines] == [str(one), str(two)]


def test_a_prefix_for_several_makes_no_sense(cryoioc, stations):
    said = cryoioc("check", *stations(), "--prefix", "X:")
    assert (said.status, said.stderr) == (2, "--prefix is for one station, found 2\n")


class Client:
    """The client of all of them."""

    def __init__(self, names: list[str], ports: list[int], repeater: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "clients" / "fleet_client.py"), *names],
            env={**os.environ, "EPICS_CA_ADDR_LIST": " ".join(f"127.0.0.1:{port}" for port in ports),
                 "EPICS_CA_AUTO_ADDR_LIST": "NO", "EPICS_CA_REPEATER_PORT": str(repeater),
                 "EPICS_CA_MAX_SEARCH_PERIOD": "60"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, *request: object) -> dict[str, int]:
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, "the client has ended"
        return json.loads(answer)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.mark.timeout(300)
def test_ten_stations_on_one_host_and_one_of_them_started_anew(tmp_path, start, cryoioc, monkeypatch):
    monkeypatch.setenv("LINE", "7777")
    (tmp_path / "common.inc").write_text(COMMON.replace("port = 5064", "port = 5999"))
    files = []
    for n, name in enumerate(TEN):
        files.append(tmp_path / f"{name.lower()}.toml")
        files[-1].write_text(STATION.format(name=name, port=6001 + n, line=7101 + n))
    said = cryoioc("check", *files)
    assert (said.status, said.stderr) == (0, "")
    assert re.findall(r"opens socket://127\.0\.0\.1:(\d+) for TC1", said.stdout) == [str(7101 + n) for n in range(10)]
    services = [start("run", station=file) for file in files]
    ports = [service.port for service in services]
    repeater = int(services[0].environment["EPICS_CA_REPEATER_PORT"])
    client = Client([f"{name}:HEARTBEAT" for name in TEN], ports, repeater)
    try:
        assert set(client.ask("beaten", 2).values()) == {0}
        assert services[3].end(signal.SIGTERM) == 0
        client.ask("gone", "CRYO3:HEARTBEAT")
        again = start("run", "--port", str(ports[3]), station=files[3])
        lost = client.ask("beaten", 3)
        assert lost == {f"{name}:HEARTBEAT": int(name == "CRYO3") for name in TEN}
        others = [service for n, service in enumerate(services) if n != 3]
        assert all(service.popen.poll() is None for service in others)
        assert [service.end() for service in (*others, again)] == [0] * 10
        assert {path.name for path in (tmp_path / "state").iterdir()} == set(TEN)
    finally:
        client.close()

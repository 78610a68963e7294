"""The command line: reports, and one line per mistake."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cryoioc.__main__ import main
from cryoioc.pvs.saved import Saved
from cryoioc.records.ports import free_port
from cryoioc.station import load

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
OK, BROKEN, BAD_INPUT = 0, 1, 2
KEYS = {"pv", "record", "unit", "precision", "writable", "enum", "low", "high", "doc", "instrument", "query", "set"}
TREE = tomllib.loads(STVP.read_text())


def as_toml(tree: dict, path: tuple[str, ...] = ()) -> str:
    """Return a tree as TOML; values of TOML and JSON are written alike, tables are not."""
    plain = [f"{key} = {json.dumps(value)}" for key, value in tree.items() if not isinstance(value, dict)]
    head = [f"[{'.'.join(path)}]"] if path else []
    tables = [as_toml(value, (*path, key)) for key, value in tree.items() if isinstance(value, dict)]
    return "\n".join([*head, *plain, *tables])


def leaves(tree: dict, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the paths of all values of a tree."""
    found = []
    for key, value in tree.items():
        found += leaves(value, (*path, key)) if isinstance(value, dict) else [(*path, key)]
    return found


def changed(path: str, value: object = None) -> str:
    """Return the STVP station with one value changed, added or, for None, taken away."""
    tree = copy.deepcopy(TREE)
    *tables, key = path.split(".")
    table = tree
    for name in tables:
        table = table.setdefault(name, {})
    if value is None:
        del table[key]
    else:
        table[key] = value
    return as_toml(tree)


@pytest.fixture
def complaints(tmp_path, cryoioc):
    """Check a station file that is wrong; return what is said of it, a line each."""

    def check(content: str | bytes) -> list[str]:
        path = tmp_path / "wrong.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        said = cryoioc("check", path)
        assert said.status == BAD_INPUT
        assert said.stdout == ""
        lines = said.stderr.splitlines()
        assert all(line.startswith(f"{path}: ") for line in lines)
        return [line.removeprefix(f"{path}: ") for line in lines]

    return check


# What is right


def test_check_shows_who_is_asked_what(cryoioc):
    said = cryoioc("check", STVP)
    assert (said.status, said.stderr) == (OK, "")
    for expected in (
        "station STVP",
        "prefix STVP:",
        "127.0.0.1 port 5064",
        "TC1: lakeshore335",
        "FM1: alicat",
        "KRDG? A",
    ):
        assert expected in said.stdout
    assert "interlock NOFLOW: FLOW below 1, or silent for 1.8 s, while heating: range off, LOOP1, LOOP2" in said.stdout
    assert "not protected: JACKET: the station has no PV VAC" in said.stdout
    assert "not protected: LOOP1" not in said.stdout


def test_describe_as_json_has_what_others_are_made_from(cryoioc):
    said = cryoioc("describe", STVP, "--as", "json")
    rows = json.loads(said.stdout)
    assert said.status == OK
    assert all(set(row) >= KEYS for row in rows)
    (target,) = [row for row in rows if row["pv"] == "STVP:LOOP1:TEMP:SP"]
    expected = {"record": "ao", "unit": "K", "writable": True, "low": 1.4, "high": 300.0, "instrument": "TC1"}
    assert {key: target[key] for key in expected} == expected
    assert (target["query"], target["set"].split()[0]) == ("SETP? 1", "SETP")


def test_describe_as_table_names_the_same_pvs(cryoioc):
    rows = json.loads(cryoioc("describe", STVP, "--as", "json").stdout)
    table = cryoioc("describe", STVP, "--as", "table").stdout.splitlines()
    assert [line.split()[0] for line in table[1:]] == [row["pv"] for row in rows]


def test_prefix_is_replaced(cryoioc):
    rows = json.loads(cryoioc("describe", STVP, "--as", "json", "--prefix", "LAB2:").stdout)
    assert all(row["pv"].startswith("LAB2:") for row in rows)
    assert all(alias.startswith("LAB2:") for row in rows for alias in row["aliases"])


def test_environment_is_expanded(complaints, tmp_path, cryoioc, monkeypatch):
    content = changed("instrument.TC1.port", "${LAB_PORT}")
    monkeypatch.delenv("LAB_PORT", raising=False)
    (line,) = complaints(content)
    assert line == "instrument.TC1.port: environment variable LAB_PORT is not set"
    monkeypatch.setenv("LAB_PORT", "socket://lab:7777")
    assert "TC1: lakeshore335 at socket://lab:7777" in cryoioc("check", tmp_path / "wrong.toml").stdout


def test_included_file_is_overruled(station, cryoioc):
    assert load(station).loops["LOOP1"].dwell == 1.0
    assert load(station).loops["LOOP1"].tolerance == TREE["loop"]["LOOP1"]["tolerance"]
    assert cryoioc("check", station).status == OK


# What is wrong


@pytest.mark.parametrize("path", leaves(TREE), ids=".".join)
def test_value_of_another_type_is_named_once(complaints, path):
    """A boolean is never meant."""
    (line,) = complaints(changed(".".join(path), True))
    named = line.partition(": ")[0]
    assert named in (".".join(path), ".".join(path[:-1]))  # the table where it is one of numbers only
    assert "True" in line


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("sttion", {}, "sttion: unknown key; did you mean station?"),
        ("loop.LOOP1.tolerence", 0.1, "loop.LOOP1.tolerence: unknown key; did you mean tolerance?"),
        ("thermometer.VAP.colour", "red", "thermometer.VAP.colour: unknown key; known keys: "),
        ("station.owner", "me", "station.owner: unknown key; known keys: "),
        ("station.prefix", "stvp:", "station.prefix: expected upper-case letters"),
        ("station.prefix", "STVP", "station.prefix: expected upper-case letters, digits, _ - : and a final ':'"),
        ("station.name", None, "station: key name is missing; expected text"),
        ("instrument.TC1.model", "lakeshore340", "instrument.TC1.model: expected one of lakeshore335"),
        ("instrument.TC1.port", None, "instrument.TC1: key port is missing"),
        ("instrument.FM1.port", TREE["instrument"]["TC1"]["port"], "instrument.FM1.port: also used by instrument.TC1"),
        ("instrument.tc2", {"model": "alicat", "port": "x"}, "instrument.tc2: expected a name of upper-case letters"),
        ("instrument.TC1.port", TREE["instrument"]["FM1"]["port"] + "?x",
         "instrument.FM1.port: also used by instrument.TC1"),
        ("thermometer.SAMPLE.input", "A", "thermometer.SAMPLE.input: TC1 input A is already used by thermometer.VAP"),
        ("thermometer.SAMPLE.input", "C", "thermometer.SAMPLE.input: TC1 has inputs A, B, found 'C'"),
        ("thermometer.SAMPLE.instrument", "TC9", "thermometer.SAMPLE.instrument: no [instrument.TC9] in this file"),
        ("thermometer.SAMPLE.instrument", "FM1", "thermometer.SAMPLE.input: FM1 has inputs none"),
        ("thermometer.VAP.low", 400.0, "thermometer.VAP: low 400 K must be below high 325 K"),
        ("loop.LOOP2.output", 1, "loop.LOOP2.output: TC1 output 1 is already used by loop.LOOP1"),
        ("loop.LOOP2.output", 3, "loop.LOOP2.output: TC1 has outputs 1, 2, found 3"),
        ("loop.LOOP1.heater_ohm", 0.0, "loop.LOOP1.heater_ohm: expected a number from 1 to 1000, found 0.0"),
        ("loop.LOOP1.max_current", -1.0, "loop.LOOP1.max_current: expected a number from 0 to 2, found -1.0"),
        ("loop.LOOP1.sp_max", 1.0, "loop.LOOP1: sp_min 1.4 K must be below sp_max 1 K"),
        ("loop.LOOP1.sp_max", None, "loop.LOOP1: key sp_max is missing; expected a number from 0 to 2000"),
        ("flow.instrument", "FM2", "flow.instrument: no [instrument.FM2] in this file"),
        ("instrument.VAP", {"model": "alicat", "port": "x"}, "thermometer.VAP: the name is already used by instr"),
        ("instrument.IOC", {"model": "alicat", "port": "x"}, "instrument.IOC: the name is already used by the stat"),
        ("instrument.TC1.port", "", "instrument.TC1.port: expected a device, socket://host:port or rfc2217://host:port"),
        ("instrument.TC1.port", "socket://lab", "instrument.TC1.port: expected a device, socket://host:port or "),
        ("instrument.TC1.port", "http://lab:80", "instrument.TC1.port: expected a device, socket://host:port or "),
        ("instrument.FM1.unit_id", "AB", "instrument.FM1.unit_id: expected one of A, B, C"),
        ("thermometer.VAP.tlimit", 326.0,
         "thermometer.VAP.tlimit: 326 K must be below the end of the curve X138113, 325 K"),
        ("thermometer.VAP.tlimit", 0.0, "thermometer.VAP.tlimit: 0 K switches it off; expected one between trip and "),
        ("thermometer.VAP.high", 322.0, "thermometer.VAP.tlimit: 323 K must be below the end of the range, 322 K"),
        ("interlock.VAP_HOT.above", 360.0,
         "interlock.VAP_HOT.above: 360 K must be below the end of the curve X138113, 325 K"),
        ("thermometer.VAP.tlimit", 320.0, "thermometer.VAP.tlimit: 320 K must be above the trip of VAP_HOT, 320 K"),
        ("thermometer.VAP.high_alarm", 330.0, "thermometer.VAP: alarm limits must rise, found 330, 320"),
        ("flow.high_alarm", 1001.0, "flow.high_alarm: expected a number from 0 to 1000"),
        ("ca.interfaces", [], "ca.interfaces: expected IPv4 addresses, found []"),
        ("ca.interfaces", ["lab"], "ca.interfaces: expected IPv4 addresses, found ['lab']"),
        ("alias.OVEN" + 60 * "N", "LOOP1:TEMP", "PV name STVP:OVENNN"),
        ("flow.instrument", "TC1", "flow.instrument: expected one of alicat, bronkhorst, found a lakeshore335"),
        ("ca.port", 80, "ca.port: expected a whole number from 1024 to 65535, found 80"),
        ("ca.port", "5064", "ca.port: expected a whole number from 1024 to 65535, found '5064'"),
        ("alias.presets", ["synaps"], "alias.presets: expected a list out of synapps, rbv, found ['synaps']"),
        ("alias.OVEN", "LOOP9:TEMP", "alias.OVEN: "),
        ("alias.OK", "LOOP1:TEMP", "alias.OK: "),
        ("sim.temperatures.VAP", "cold", "sim.temperatures: expected "),
    ],
)  # fmt: skip
def test_mistake_is_one_line_with_key_and_cure(complaints, path, value, expected):
    (line,) = complaints(changed(path, value))
    assert line.startswith(expected)


def test_prefix_that_makes_names_too_long_is_refused(complaints):
    (line,) = complaints(
        changed("station.prefix", 24 * "X" + ":").replace("LOOP1", "L234567890123456789").replace(
            "[interlock.L234567890123456789_", "[interlock.L_"
        )
    )
    assert line.startswith("PV name XXXXXXXXXXXXXXXXXXXXXXXX:L234567890123456789:")
    assert "59 are allowed" in line


def test_all_mistakes_are_told_at_once(complaints):
    tree = copy.deepcopy(TREE)
    tree["loop"]["LOOP1"]["sp_max"] = "hot"
    tree["thermometer"]["VAP"]["input"] = "Z"
    tree["station"]["prefix"] = "lower:"
    assert len(complaints(as_toml(tree))) == 3


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "station: key name is missing; expected text"),
        (b"[station\n", "not TOML: "),
        (b"station = 3\n", "station: expected a table, found 3"),
        (b"[station]\nname = 'A'\nname = 'B'\n", "not TOML: "),
        (b"\xff\xfe", "not UTF-8 text: byte 0 is 0xff"),
        (b"a = " + b"[" * 5000, "not TOML: nested too deeply"),
        (
            b"[station]\ninclude = 3\nname = 'A'\nprefix = 'A:'\n",
            "station.include: expected a list of file names, found 3",
        ),
    ],
)
def test_file_that_is_no_station_file(complaints, content, expected):
    lines = complaints(content)
    assert lines[0].startswith(expected)


def test_missing_files_are_named(tmp_path, cryoioc):
    missing = tmp_path / "nothing.toml"
    said = cryoioc("check", missing)
    assert (said.status, said.stderr) == (BAD_INPUT, f"{missing}: cannot be read: No such file or directory\n")
    including = tmp_path / "including.toml"
    including.write_text('[station]\ninclude = ["nothing.toml"]\n')
    assert cryoioc("check", including).stderr == said.stderr
    assert cryoioc("check", tmp_path).stderr == f"{tmp_path}: cannot be read: Is a directory\n"


def test_only_the_station_file_includes(complaints, tmp_path):
    (tmp_path / "common.toml").write_text('[station]\ninclude = ["more.toml"]\n')
    (line,) = complaints(changed("station.include", ["common.toml"]))
    assert line == "station.include: common.toml includes files itself; only the station file may"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["simulate", STVP],
        ["run"],
        ["run", STVP, "--port", "80"],
        ["run", STVP, "--port", "many"],
        ["run", STVP, "--prefix", "lower:"],
        ["run", STVP, "--clock-speed", "0"],
        ["demo", STVP, "--for", "-1"],
        ["demo", STVP, "--for", "nan"],
        ["demo", STVP, "--fast"],
        ["describe", STVP, "--as", "poem"],
    ],
)
def test_bad_arguments_are_one_line(cryoioc, arguments):
    said = cryoioc(*arguments)
    assert (said.status, said.stdout) == (BAD_INPUT, "")
    (line,) = said.stderr.splitlines()
    assert line.startswith("cryoioc")


@pytest.mark.parametrize("command", ["run", "check", "describe", "demo"])
def test_every_command_refuses_a_bad_file_the_same_way(tmp_path, command):
    path = tmp_path / "wrong.toml"
    path.write_text(changed("loop.LOOP1.output", 7))
    done = subprocess.run(
        [sys.executable, "-m", "cryoioc", command, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (BAD_INPUT, "")
    assert done.stderr == f"{path}: loop.LOOP1.output: expected a whole number from 1 to 4, found 7\n"


@pytest.mark.parametrize(
    ("more", "status", "expected"),
    [
        ('[ca]\ninterfaces = ["192.0.2.1"]\n', BROKEN,
         "cryoioc: 192.0.2.1 TCP port {port}: Cannot assign requested address"),
        ('[station]\nstate_dir = "taken"\n', BROKEN, "cryoioc: {folder}/taken: state folder is in use by another IOC"),
        ('[station]\nstate_dir = "wrong.toml/state"\n', BAD_INPUT,
         "{folder}/wrong.toml/state: state folder cannot be used: Not a directory"),
    ],
)  # fmt: skip
def test_only_what_another_start_cannot_mend_is_bad_input(tmp_path, cryoioc, more, status, expected):
    path, port = tmp_path / "wrong.toml", free_port()
    tables = tomllib.loads(more)
    path.write_text(as_toml({**TREE, **{name: {**TREE[name], **table} for name, table in tables.items()}}))
    other = Saved(tmp_path / "taken")
    other.open()
    try:
        said = cryoioc("run", path, "--port", port)
    finally:
        other.close()
    assert (said.status, said.stderr) == (status, expected.format(port=port, folder=tmp_path) + "\n")


def test_station_of_which_the_twin_has_no_model_is_refused_by_demo(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text(changed("thermometer.VAP.curve", "RX-999"))
    done = subprocess.run(
        [sys.executable, "-m", "cryoioc", "demo", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == BAD_INPUT
    assert f"{path}: thermometer.VAP.curve: the twin has sensors" in done.stderr
    assert "Traceback" not in done.stderr


def test_who_reads_no_further_ends_it_quietly(monkeypatch, capsys):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe, monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", pipe)
        assert main(["check", str(STVP)]) == 128 + signal.SIGPIPE
    assert capsys.readouterr().err == ""

"""The command line of the twin, as a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from cryosim.__main__ import main

from ..ports import find_free_port

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
PATIENCE = 30.0  # s, before a test gives up; nothing is measured with it


@contextmanager
def cryosim(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run the command line; whatever happens, it ends with the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cryosim", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for the end; return exit status and what else was written."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


ENQ = b"\x05"  # asks a TPG for what its answer ends with CR LF


def ask(url: str, line: bytes) -> bytes:
    with serial.serial_for_url(url, timeout=PATIENCE) as port:
        port.write(line)
        return bytes(port.read_until(b"\n" if line.endswith(ENQ) else line[-1:]))


def announced(process: subprocess.Popen[str]) -> dict[str, str]:
    urls: dict[str, str] = json.loads(first_line(process))
    return urls


def test_announce_is_one_line_and_every_instrument_answers():
    with cryosim("run", STVP, "--announce") as process:
        urls = announced(process)
        assert list(urls) == ["TC1", "FM1", "LM1", "AI1"]
        assert all(url.startswith("socket://127.0.0.1:") for url in urls.values())
        assert ask(urls["TC1"], b"*IDN?\n").startswith(b"LSCI,MODEL335,335A12T/")
        assert ask(urls["FM1"], b"A\r").split()[-1] == b"He"
        process.send_signal(signal.SIGTERM)
        assert ended(process) == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_cleanly_with_a_client_connected(number: signal.Signals):
    with cryosim("run", STVP, "--announce") as process:
        url = announced(process)["TC1"]
        with serial.serial_for_url(url, timeout=PATIENCE) as port:
            port.write(b"KRDG? A\n")
            assert port.readline().endswith(b"\r\n")
            process.send_signal(number)
            assert ended(process) == (0, "", "")


def test_a_dying_parent_takes_it_along():
    with cryosim("run", STVP, "--announce") as process:
        announced(process)
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
        assert ended(process) == (0, "", "")


def test_without_announce_one_line_per_instrument_and_standard_input_does_not_matter():
    with cryosim("run", STVP, "--no-ca") as process:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
        for name, model in (("TC1", "lakeshore335"), ("FM1", "alicat")):
            found_name, found_model, url = first_line(process).split()
            assert (found_name, found_model) == (name, model)
            assert ask(url, b"*IDN?\n" if name == "TC1" else b"A\r")
        process.terminate()
        status, rest, said = ended(process)
        assert (status, rest.strip(), said) == (0, "", "")  # the end of the last line may come by itself


def test_ports_can_be_fixed():
    port = find_free_port()
    with cryosim("run", STVP, "--announce", "--port", f"TC1={port}") as process:
        assert announced(process)["TC1"] == f"socket://127.0.0.1:{port}"


def test_a_taken_port_is_one_line_and_status_2():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with cryosim("run", STVP, "--port", f"FM1={port}") as process:
            status, out, err = ended(process)
    assert (status, out) == (2, "")
    assert err == f"cryosim: cannot listen on 127.0.0.1:{port}: Address already in use\n"


def test_it_never_opens_the_port_of_the_station_file(tmp_path: Path):
    """A device that would be noticed: a named pipe, whose opener would release the writer."""
    device = tmp_path / "device"
    os.mkfifo(device)
    station = tmp_path / "station.toml"
    text = STVP.read_text()
    real = [line for line in text.splitlines() if line.startswith("port = ") and "/dev/" in line]
    assert len(real) == 4
    station.write_text(text.replace(real[0], f'port = "{device}"'))
    with cryosim("run", station, "--announce") as process:
        assert ask(announced(process)["TC1"], b"*IDN?\n")
        with pytest.raises(OSError, match="No such device or address"):  # nobody reads
            os.open(device, os.O_WRONLY | os.O_NONBLOCK)


def test_faults_come_from_a_script_and_speed_brings_them_sooner(tmp_path: Path):
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\nat = 600\ninstrument = "TC1"\nkind = "disconnect"\n')
    with cryosim("run", STVP, "--announce", "--speed", 1000, "--faults", script) as process:
        port = serial.serial_for_url(announced(process)["TC1"], timeout=PATIENCE)
        with port, pytest.raises(serial.SerialException):
            port.read()
        process.terminate()
        assert ended(process) == (0, "", "")


BAD = [
    (["run", "nowhere.toml"], "nowhere.toml: cannot be read: No such file or directory"),
    (["run", STVP, "--faults", "nowhere.toml"], "nowhere.toml: cannot be read: No such file or directory"),
    (["run", STVP, "--port", "TC9=7777"], "cryosim: --port TC9: the station has TC1, FM1, LM1, AI1"),
    (["run", STVP, "--port", "7777"], "cryosim: argument --port: expected INSTRUMENT=PORT, found '7777'"),
    (["run", STVP, "--speed", "0"], "cryosim: argument --speed: expected 1 to 1000, found '0'"),
    (["run", STVP, "--speed", "1001"], "cryosim: argument --speed: expected 1 to 1000, found '1001'"),
    (["run", STVP, "--speed", "fast"], "cryosim: argument --speed: expected a number, found 'fast'"),
    (["run"], "cryosim: the following arguments are required: station"),
    (["emulate", "alicat"], "cryosim: one of the arguments --listen --pty is required"),
    (["emulate", "alicat", "--listen", "7777"], "cryosim: argument --listen: expected HOST:PORT, found '7777'"),
    (
        ["emulate", "alicat", "--listen", "0.0.0.0:7777"],
        "cryosim: --listen 0.0.0.0: not a loopback address; --allow-remote lets it be one",
    ),
    (
        ["emulate", "alicat", "--pty", "/nowhere/tty"],
        "cryosim: cannot write /nowhere/tty: No such file or directory",
    ),
    (["emulate", "alicat", "--pty", "x", "--baud", "9"], "cryosim: argument --baud: expected 300 to 921600 bit/s"),
    (["emulate", "alicat", "--pty", "x", "--latency", "-1"], "cryosim: argument --latency: expected 0 or more"),
]


@pytest.mark.parametrize(("arguments", "complaint"), BAD, ids=lambda value: str(value[-1])[:20])
def test_bad_input_is_one_line_and_status_2(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]):
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as left:  # argparse leaves by itself
        status = int(str(left.code))
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err.startswith(complaint)
    assert err.count("\n") == 1


def test_each_mistake_of_a_station_file_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "station.toml"
    path.write_text('[station]\nname = "T"\nprefix = "T:"\n[instrument.TC1]\nmodel = "lakeshore331"\nprot = "x"\n')
    assert main(["run", str(path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"{path}: instrument.TC1") for line in lines)


@pytest.mark.parametrize(
    ("model", "line", "reply"),
    [
        ("lakeshore335", b"*IDN?\n", b"LSCI,MODEL335,"),
        ("lakeshore336", b"*IDN?\n", b"LSCI,MODEL336,"),
        ("lakeshore350", b"*IDN?\n", b"LSCI,MODEL350,"),
        ("lakeshore218", b"*IDN?\r\n", b"LSCI,MODEL218S,"),
        ("lakeshore218e", b"*IDN?\r\n", b"LSCI,MODEL218E,"),
        ("alicat", b"A\r", b"A +014."),
        ("ami1700", b"MEAS:HE:LEV?\r\n", b"80.0"),
        ("lm500", b"MEAS? 1\n", b"MEAS? 1"),
        ("adam4017", b"#010\r", b">+05.000"),
        ("pfeiffer_tpg261", b"PNR\r\x05", b"\x06"),
        ("pfeiffer_tpg262", b"PR2\r\x05", b"\x06"),
        ("pfeiffer_tpg361", b"AYT\r\x05", b"\x06"),
        ("pfeiffer_tpg362", b"AYT\r\x05", b"\x06"),
        ("pfeiffer_tpg366", b"PR6\r\x05", b"\x06"),
        ("bronkhorst", b":0780047163716300\r\n", b":0F03027163004D3632"),
        ("mks937b", b"@253MT?;FF", b"253ACKCC,PR,PR;"),
        ("mks946", b"@254MD?;FF", b"253ACK946;"),
        ("keysight_e36312a", b"*IDN?\n", b"Keysight Technologies,E36312A,"),
        ("keysight_n6700", b"*IDN?\n", b"Agilent Technologies,N6700B,"),
        ("rs_hmp4040", b"*IDN?\n", b"ROHDE&SCHWARZ,HMP4040,"),
        ("gaia", b"#NAME? 1\n", b"#GAIASIMBOARD 1"),
    ],
)
def test_emulate_over_tcp(model: str, line: bytes, reply: bytes):
    with cryosim("emulate", model, "--listen", "127.0.0.1:0") as process:
        name, url = first_line(process).split()
        assert name == model
        assert ask(url, line).startswith(reply)
        process.terminate()
        assert ended(process) == (0, "", "")


def test_emulate_over_a_pty_for_a_7o1_client_that_comes_back(tmp_path: Path):
    link = tmp_path / "ttyLS"
    with cryosim("emulate", "lakeshore335", "--pty", link, "--baud", 57600, "--spacing", "count") as process:
        assert first_line(process).split() == ["lakeshore335", str(link)]
        for _ in range(3):
            with serial.Serial(str(link), 57600, bytesize=7, parity="O", timeout=PATIENCE) as port:
                port.write(b"*IDN?\n")
                assert port.readline().startswith(b"LSCI,MODEL335,")
        process.send_signal(signal.SIGINT)
        status, out, err = ended(process)
        assert (status, err) == (0, "")
        assert re.fullmatch(r"3 messages, \d too early, 0 dropped\n", out)
    assert not link.is_symlink()


def test_emulate_a_controller():
    with cryosim("emulate", "alicat", "--controller", "--listen", "localhost:0") as process:
        assert len(ask(first_line(process).split()[1], b"A\r").split()) == 7

"""The files in deploy/: what reads them takes them, and they call commands and options there are."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cryoioc.__main__ import BAD_INPUT, main
from cryoioc.supervisor import LINK_PATIENCE, TICK_PATIENCE

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = DEPLOY / "cryoioc@.service"
PROGRAM = "/opt/cryoioc/bin/cryoioc"


def unit() -> configparser.RawConfigParser:
    """Return the unit; a key may be there more than once, the last is kept."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read_string(UNIT.read_text())
    return parser


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_unit(tmp_path):
    whole = UNIT.read_text().replace(PROGRAM, sys.executable)
    (tmp_path / "cryoioc@stvp.service").write_text(whole)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "cryoioc@stvp.service")],
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if "cryoioc@" in line]
    assert (done.returncode, said) == (0, [])


def test_the_unit_checks_before_it_starts_and_gives_each_station_its_own():
    service = unit()["Service"]
    assert "ExecStartPre" not in service  # its status 2 would be tried again
    assert (service["User"], service["StateDirectory"]) == ("cryoioc-%i", "cryoioc/%i")
    assert (service["Type"], service["KillSignal"]) == ("notify", "SIGTERM")
    assert (service["Restart"], service["RestartPreventExitStatus"]) == ("on-failure", str(BAD_INPUT))
    assert unit()["Unit"]["StartLimitIntervalSec"] == "0"  # tried until it is there
    assert TICK_PATIENCE < float(service["WatchdogSec"]) < LINK_PATIENCE


@pytest.mark.parametrize("status", [0, BAD_INPUT])
def test_the_unit_runs_what_was_checked_as_its_main_process(tmp_path, status):
    program = tmp_path / "cryoioc"  # says what it was called with, and by which process
    program.write_text(f'#!/bin/sh\necho "$1 $2 $$"\n[ $1 = run ] || exit {status}\n')
    program.chmod(0o755)
    line = unit()["Service"]["ExecStart"].replace(PROGRAM, str(program)).replace("%i", "stvp")
    started = subprocess.Popen(shlex.split(line), stdout=subprocess.PIPE, text=True)
    calls = [call.split() for call in started.communicate()[0].splitlines()]
    assert started.returncode == status
    wanted = ["check"] if status else ["check", "run"]
    assert [call[:2] for call in calls] == [[what, "/etc/cryoioc/stvp.toml"] for what in wanted]
    assert status or calls[-1][2] == str(started.pid)  # systemd watches that process, and takes its status


def test_the_procserv_script_is_a_script_and_ends_its_child_gently(tmp_path):
    script = DEPLOY / "procserv.sh"
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", str(script)], check=True)
    # With programs that only say what they were called with.
    for name in ("procServ", "cryoioc"):
        (tmp_path / name).write_text('#!/bin/sh\necho "$0 $* STATE=$STATE_DIRECTORY"\n')
        (tmp_path / name).chmod(0o755)
    text = script.read_text().replace("/opt/cryoioc/bin", str(tmp_path)).replace("/var/lib/cryoioc", str(tmp_path))
    done = subprocess.run(
        ["sh", "-c", text, "procserv.sh", "stvp", "20001"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "STATE_DIRECTORY": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    called = done.stdout.split()
    assert called[called.index("--killsig") + 1] == "15"
    assert called[-5:] == ["20001", f"{tmp_path}/cryoioc", "run", "/etc/cryoioc/stvp.toml", f"STATE={tmp_path}/stvp"]


@pytest.mark.parametrize("file", ["cryoioc@.service", "procserv.sh", "Containerfile"])
def test_only_commands_there_are_are_called(file, capsys):
    called = re.findall(r"(?:bin/cryoioc|cryoioc) (run|check|demo|describe)\b", (DEPLOY / file).read_text())
    assert "run" in called
    for command in set(called):
        with pytest.raises(SystemExit) as end:
            main([command, "--help"])
        assert end.value.code == 0
    capsys.readouterr()


def test_the_container_file_copies_what_the_package_is_made_of():
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    copied = {name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]}
    assert copied == {"pyproject.toml", "setup.cfg", "README.md", "ioc", "sim", "db", "calibrations"}
    assert all((DEPLOY.parent / name).exists() for name in copied)
    words = {line.split()[0] for line in lines if line and not line.startswith((" ", "#"))}
    assert words <= {"FROM", "COPY", "RUN", "USER", "ENV", "VOLUME", "STOPSIGNAL", "ENTRYPOINT", "CMD"}
    assert "STOPSIGNAL SIGTERM" in lines and 'ENTRYPOINT ["cryoioc"]' in lines


@pytest.mark.skipif(shutil.which("logrotate") is None, reason="no logrotate here")
def test_logrotate_takes_the_file(tmp_path):
    subprocess.run(
        ["logrotate", "--debug", "--state", str(tmp_path / "state"), str(DEPLOY / "cryoioc.logrotate")], check=True
    )


def test_braces_of_the_logrotate_file_match():
    text = re.sub(r"#.*", "", (DEPLOY / "cryoioc.logrotate").read_text())
    assert re.fullmatch(r"\s*/var/lib/cryoioc/\*/console\.log \{(\s*\w+( \w+)?\n)+\s*\}\s*", text)


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="no systemd here")
def test_sysusers_takes_the_file(tmp_path):
    subprocess.run(
        ["systemd-sysusers", "--dry-run", f"--root={tmp_path}", str(DEPLOY / "cryoioc.sysusers")],
        check=True, capture_output=True,
    )  # fmt: skip

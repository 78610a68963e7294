"""The files in deploy/: what reads them takes them, and they call commands and options there are."""

from __future__ import annotations

import configparser
import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

from cryoioc.__main__ import BAD_INPUT, main
from cryoioc.running import PUT_LOG
from cryoioc.supervisor import LINK_PATIENCE, TICK_PATIENCE

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = DEPLOY / "cryoioc@.service"
PROGRAM = "/opt/cryoioc/stations/%i/bin/cryoioc"
PAGE = DEPLOY.parent / "docs" / "running.md"


def unit() -> configparser.RawConfigParser:
    """Return the unit; a key may be there more than once, the last is kept."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read_string(UNIT.read_text())
    return parser


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_unit(tmp_path):
    (tmp_path / "cryoioc@stvp.service").write_text(UNIT.read_text())
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "cryoioc@stvp.service")],
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if "cryoioc@" in line]
    assert (done.returncode, said) == (0, [])


def test_the_unit_checks_before_it_starts_and_gives_each_station_its_own():
    service = unit()["Service"]
    assert "ExecStartPre" not in service  # its status 2 would be tried again
    assert re.findall(r"/opt/[^ ']*", service["ExecStart"]) == [PROGRAM] * 2  # what this station runs, no other
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
    program = tmp_path / "stations" / "stvp" / "bin" / "cryoioc"
    program.parent.mkdir(parents=True)
    for path in (tmp_path / "procServ", program):
        path.write_text('#!/bin/sh\necho "$0 $* STATE=$STATE_DIRECTORY"\n')
        path.chmod(0o755)
    text = script.read_text().replace("/opt/cryoioc", str(tmp_path)).replace("/var/lib/cryoioc", str(tmp_path))
    done = subprocess.run(
        ["sh", "-c", text, "procserv.sh", "stvp", "20001"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "STATE_DIRECTORY": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    called = done.stdout.split()
    assert called[called.index("--killsig") + 1] == "15"
    assert called[-5:] == ["20001", str(program), "run", "/etc/cryoioc/stvp.toml", f"STATE={tmp_path}/stvp"]


@pytest.mark.parametrize("file", ["cryoioc@.service", "procserv.sh", "Containerfile"])
def test_only_commands_there_are_are_called(file, capsys):
    program = r"(?:cryoioc|cryoioc:VERSION|\$program\"?)"
    called = re.findall(rf"{program} (run|check|demo|describe)\b", (DEPLOY / file).read_text())
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


def test_logs_are_rotated_as_their_writers_need_it():
    text = re.sub(r"#.*", "", (DEPLOY / "cryoioc.logrotate").read_text())
    block = re.fullmatch(r"\s*(?P<files>/\S+) \{\n(?P<body>(\s*\w+( \w+)?\n)+)\}\s*", text)
    said = dict(line.split() if " " in line.strip() else (line.strip(), "") for line in block["body"].splitlines())
    # procServ keeps its log file open and is not told to open it again.
    assert "copytruncate" in said and not {"create", "postrotate"} & set(said)
    assert (int(said["rotate"]), said["size"]) == (8, "10M") and "missingok" in said
    assert {"delaycompress", "compress"} <= set(said)
    logs = re.findall(r'--logfile "(\S+)"', (DEPLOY / "procserv.sh").read_text())
    state = re.search(r"^state=(\S+)/\$name$", (DEPLOY / "procserv.sh").read_text(), re.MULTILINE)[1]
    assert [log.replace("$state", f"{state}/*") for log in logs] == [block["files"]]
    assert not fnmatch.fnmatch(f"{state}/stvp/{PUT_LOG}", block["files"])  # that one rotates itself


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="no systemd here")
def test_sysusers_takes_the_file(tmp_path):
    subprocess.run(
        ["systemd-sysusers", "--dry-run", f"--root={tmp_path}", str(DEPLOY / "cryoioc.sysusers")],
        check=True, capture_output=True,
    )  # fmt: skip


def commands(heading: str) -> list[str]:
    """Return the commands of a section of the page."""
    section = PAGE.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^    (.*)$", section, re.MULTILINE)


SAYS = """#!{python}
import sys
from installed import first
print(first.VERSION, flush=True)
for _ in sys.stdin:
    from installed import late
    print(late.VERSION, flush=True)
"""


def install(root: Path, version: str) -> None:
    """Make what the page's venv and pip make: a version in an environment of its own."""
    environment = root / "versions" / version
    venv.create(environment, with_pip=False, symlinks=True)
    (package,) = environment.glob("lib/python*/site-packages")
    (package / "installed").mkdir()
    for module in ("first", "late"):
        (package / "installed" / f"{module}.py").write_text(f"VERSION = {version!r}\n")
    program = environment / "bin" / "cryoioc"
    program.write_text(SAYS.format(python=environment / "bin" / "python"))
    program.chmod(0o755)


def test_upgrading_one_station_leaves_what_another_runs(tmp_path):
    """By the commands of the page, and in the places that the unit and the script look at."""

    def begin(name: str) -> subprocess.Popen[str]:
        program = PROGRAM.replace("/opt/cryoioc", str(tmp_path)).replace("%i", name)
        return subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def link(name: str, version: str) -> None:
        for command in moving:
            line = command.replace("/opt/cryoioc", str(tmp_path)).replace("NAME", name).replace("VERSION", version)
            subprocess.run(["sh", "-c", line], check=True)

    prepared, made, installed, checked, *moving, restarted = commands("Upgrading one station")
    assert prepared == "mkdir -p /opt/cryoioc/versions /opt/cryoioc/stations"
    assert made.endswith("-m venv /opt/cryoioc/versions/VERSION") and "versions/VERSION/bin/pip install" in installed
    assert "versions/VERSION/bin/cryoioc check" in checked and restarted == "systemctl restart cryoioc@NAME"
    (tmp_path / "stations").mkdir()
    install(tmp_path, "1")
    for name in ("CRYO1", "CRYO2"):
        link(name, "1")
    running = {name: begin(name) for name in ("CRYO1", "CRYO2")}
    try:
        assert [one.stdout.readline() for one in running.values()] == ["1\n"] * 2
        files = [path for path in (tmp_path / "versions" / "1").rglob("*") if "__pycache__" not in str(path)]
        before = [path.lstat().st_mtime_ns for path in files]
        install(tmp_path, "2")
        link("CRYO1", "2")
        assert running["CRYO1"].communicate("what is loaded later\n") == ("1\n", None), "until it is started anew"
        running["CRYO1"] = begin("CRYO1")
        assert running["CRYO1"].communicate("\n") == ("2\n2\n", None)
        assert running["CRYO2"].communicate("\n") == ("1\n", None)
        running["CRYO2"] = begin("CRYO2")
        assert running["CRYO2"].communicate("\n") == ("1\n1\n", None), "started anew it is what it was"
        assert len(files) > 5 and [path.lstat().st_mtime_ns for path in files] == before
        link("CRYO1", "1")  # and back
        assert (tmp_path / "stations" / "CRYO1").resolve() == tmp_path / "versions" / "1"
    finally:
        for one in running.values():
            one.kill()
            one.communicate()

"""The access file of a station: in the report, over the wire, in the log; and the page about it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import caproto as ca
import pytest

from cryoioc.access.acf import parse
from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.putlog import line
from cryoioc.records import Origin, Report
from cryoioc.station import load

from .raw_client import RawClient

PAGE = (Path(__file__).parents[2] / "docs" / "access.md").read_text()
EXAMPLE = re.search(r"```acf\n(.*?)```", PAGE, re.DOTALL)[1]
STATION = """
[station]
include = ["{stvp}"]
[ca]
acf = "lab.acf"
"""
STVP = Path(__file__).parents[2] / "db" / "stvp.toml"


@pytest.fixture
def with_file(tmp_path):
    """Return what makes a station with an access file."""

    def make(text: str) -> Path:
        (tmp_path / "lab.acf").write_text(text)
        path = tmp_path / "lab.toml"
        path.write_text(STATION.format(stvp=STVP))
        return path

    return make


def test_the_example_of_the_page_is_taken_and_shown_by_check(with_file, cryoioc):
    said = cryoioc("check", with_file(EXAMPLE))
    assert said.status == 0
    assert "PVs may be put by hosts 10.0.0.7, 10.0.0.8, localhost\n" in said.stdout
    assert "note: a user name is what a client claims" in said.stdout
    assert "warning" not in said.stdout


def test_without_a_file_check_says_who_may_write(station, cryoioc):
    said = cryoioc("check", station)
    assert "Access rules: none named: everybody reads, this machine writes\n" in said.stdout
    assert re.search(r"  DEFAULT: \d+ PVs may be put by hosts localhost\n", said.stdout)


def test_what_cannot_be_meant_is_warned_of(with_file, cryoioc):
    text = 'HAG(h) {no.such.host.invalid} ASG(DEFAULT) { INPA(OTHER:PV) RULE(1, WRITE) { HAG(h) CALC("A=B") } }'
    said = cryoioc("check", with_file(text)).stdout
    assert "warning: host no.such.host.invalid has no address: nobody is it\n" in said
    assert "warning: OTHER:PV is no PV of this station: rules that use it never apply\n" in said
    assert "lab.acf:1: CALC uses B without an INP of it, which is 0\n" in said


@pytest.mark.parametrize("command", ["check", "run", "describe"])
def test_a_mistake_is_one_line_with_file_and_line(with_file, cryoioc, command):
    path = with_file("ASG(DEFAULT) {\n  RULE(1, REED)\n}")
    said = cryoioc(command, path)
    assert (said.status, said.stdout) == (2, "")
    assert said.stderr == f"{path.parent}/lab.acf:2: expected NONE, READ or WRITE, found REED\n"


def test_a_missing_file_is_named(with_file, cryoioc):
    path = with_file("ASG(DEFAULT)")
    (path.parent / "lab.acf").unlink()
    assert cryoioc("check", path).stderr == f"{path.parent}/lab.acf: cannot be read: No such file or directory\n"


def test_pvs_of_interlocks_have_a_group_of_their_own(station):
    channels = Ioc(load(station), Clock()).desk.channels
    guarded = {name for name, channel in channels.items() if channel.asg}
    assert all(channels[name].asg == "INTERLOCK" for name in guarded)
    weaker = re.compile(r"INTLK:\w+:(BYPASS|LIMIT):SP|LOOP\d:UNANSWERED:RESET")
    states = {f"INTLK:{name}" for name in load(station).interlocks}
    silent = {"OK", "INTLK", *states, *(f"INTLK:{what}" for what in ("ACTION", "DEFIED", "PROTECTED", "DISABLED"))}
    assert guarded == silent | {name for name in channels if weaker.fullmatch(name)}


def test_the_line_of_the_page_is_a_line_of_the_log():
    (shown,) = re.findall(r"```json\n(.*)\n```", PAGE)
    origin = Origin("ann", "hmi1", "10.0.0.7:40112")
    found = json.loads(line(Report("STVP:LOOP1:TEMP:SP", origin, 10.0, 20.0), 1772357400.123))
    assert json.loads(shown) == found


def test_the_example_gives_what_the_page_says():
    groups = parse(EXAMPLE, macros={"P": "STVP:"}).groups
    assert groups["INTERLOCK"].inputs == {"A": "STVP:INTLK"}
    assert not any(rule.users and not rule.hosts for group in groups.values() for rule in group.rules)


def test_the_file_is_read_again_on_a_put_and_a_mistake_in_it_changes_nothing(with_file, start):
    closed = 'UAG(boss) {ann}\nASG(DEFAULT) { RULE(1, READ) }\n'
    station = with_file("ASG(DEFAULT) { RULE(1, READ) RULE(1, WRITE) }")
    service = start("run", station=station)
    service.popen.stdout.readline()
    client = RawClient(service.port)
    assert [client.connect(name) for name in ("IOC:READACF", "MSG:LONG", "LOOP1:TOL:SP")] == [3, 1, 3]
    (station.parent / "lab.acf").write_text(closed + "ASG(X) {")
    assert client.put("IOC:READACF", 1) == 160
    mistake = f"{station.parent}/lab.acf:3: expected RULE or INPA to INPL, found the end of the file"
    assert mistake in client.get_text("MSG:LONG")
    (station.parent / "lab.acf").write_text(closed)
    client.send(client.channels["IOC:READACF"].write((1,), notify=True))
    told = [int(client.next(ca.AccessRightsResponse).access_rights) for _ in range(2)]
    assert told == [1, 1]  # of the command and of the tolerance; the message could never be put
    client.close()
    assert service.end() == 0

"""What is at the end of a port is one thing, however it is written."""

from __future__ import annotations

import socket

import pytest

from cryoioc.station_ports import far_end

HOSTS = """
127.0.0.1  localhost
127.0.1.1  crane.example.org crane   # this machine
10.1.2.3   Terminals.example.org terminals
what       broken
10.1.2.3   broken
::1        ip6-localhost
10.9.9.9   terminals   # the first counts
"""
LOCAL = ("127.0.0.1", "127.1", "0x7f000001", "127.0.0.2", "0.0.0.0", "localhost", "LocalHost.", "relay.localhost",
         "crane", "CRANE.example.org", "ip6-localhost", socket.gethostname())  # fmt: skip
TERMINALS = ("terminals", "TERMINALS", "terminals.example.org.", "10.1.2.3", "10.1.515", "broken")
APART = ("10.1.2.4", "elsewhere", "elsewhere.example.org", "localhost.example.org")


@pytest.fixture
def hosts(tmp_path):
    path = tmp_path / "hosts"
    path.write_text(HOSTS)
    return path


@pytest.mark.parametrize("names", [LOCAL, TERMINALS])
def test_spellings_of_one_machine(hosts, names, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", None)  # nothing is asked of a name server
    assert len({far_end(f"socket://{name}:7777", hosts) for name in names}) == 1


def test_machines_and_ports_that_differ(hosts):
    ends = [far_end(f"socket://{name}:7777", hosts) for name in (LOCAL[0], TERMINALS[0], *APART)]
    assert len(set(ends)) == len(ends)
    assert far_end("socket://lab:7777") != far_end("socket://lab:7778")


def test_protocol_options_and_zeros_are_apart(hosts):
    ways = ("socket://lab:7777", "rfc2217://lab:7777", "socket://lab:07777", "socket://lab:7777?logging=debug")
    assert {far_end(way, hosts) for way in ways} == {("lab", 7777)}


def test_a_file_of_hosts_that_is_not_there_is_none(tmp_path):
    assert far_end("socket://localhost:7777", tmp_path / "none") == far_end("socket://127.0.0.1:7777")
    assert far_end("socket://lab:7777", tmp_path / "none") == ("lab", 7777)


def test_a_device_and_the_links_to_it(tmp_path):
    (tmp_path / "ttyUSB0").write_text("")
    (tmp_path / "by-id").symlink_to("ttyUSB0")
    (tmp_path / "by-path").symlink_to("by-id")
    assert {far_end(str(tmp_path / name)) for name in ("ttyUSB0", "by-id", "by-path")} == {tmp_path / "ttyUSB0"}
    assert far_end("/dev/serial/by-id/not-plugged-in") != far_end("/dev/serial/by-id/another")

"""``cryoioc run`` on instruments that are not there: it serves, says so, and stays."""

from __future__ import annotations

import socket

PORTS = """
[instrument.TC1]
port = "/dev/serial/by-id/not-plugged-in"
[instrument.FM1]
port = "socket://127.0.0.1:{port}"
"""


def test_pvs_are_there_and_say_why_they_are_invalid(start, station):
    with socket.socket() as nobody:  # bound and not listening: connections are refused
        nobody.bind(("127.0.0.1", 0))
        station.write_text(station.read_text() + PORTS.format(port=nobody.getsockname()[1]))
        service = start("run")
        service.let("unreachable")
        assert service.popen.poll() is None
        assert service.end() == 0
    assert "Traceback" not in service.stderr

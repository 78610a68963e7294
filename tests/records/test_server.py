"""Ports, hostile clients, and the end of the process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import caproto as ca
import pytest

from cryoioc.records import Record, Server, ServerError, make_channel, messages

RECORDS = [
    Record(name="AI", kind="ai", doc="reading", initial=1.0),
    Record(name="AO", kind="ao", doc="setpoint", writable=True, initial=1.0),
]
IOC = Path(__file__).with_name("small_ioc.py")


def server(port: int) -> Server:
    return Server([make_channel(RECORDS[0])], prefix="T:", port=port)


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_taken_port_is_named(free_port, kind):
    word = "TCP" if kind == socket.SOCK_STREAM else "UDP"
    with socket.socket(type=kind) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as other servers do
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", free_port))
        if kind == socket.SOCK_STREAM:
            other.listen()
        with pytest.raises(ServerError, match=f"127.0.0.1 {word} port {free_port}: Address already in use"):
            asyncio.run(server(free_port).run())


def test_second_server_on_a_port_does_not_start(ioc):
    with pytest.raises(ServerError, match=str(ioc.port)):
        asyncio.run(server(ioc.port).start())


def test_port_is_free_again_after_a_cancelled_run(free_port):
    async def run(running: Server) -> None:
        await running.start()
        task = asyncio.create_task(running.run())
        reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await reader.read() == b"", "the client is disconnected"
        writer.close()

    for _ in range(2):
        asyncio.run(run(server(free_port)))


def test_run_raises_when_serving_ends_by_itself(free_port):
    async def run() -> None:
        running = server(free_port)
        await running.start()
        task = asyncio.create_task(running.run())
        await asyncio.sleep(0)
        running._ended.set_exception(OSError("socket is gone"))
        with pytest.raises(ServerError, match="socket is gone"):
            await task

    asyncio.run(run())


@pytest.mark.parametrize(
    ("aliases", "message"),
    [({"X": "NOTHING"}, "there is no NOTHING"), ({"AI": "AI"}, "there twice"), ({"A" * 60: "AI"}, "longer than 59")],
)
def test_impossible_names_are_refused(aliases, message):
    with pytest.raises(ValueError, match=message):
        Server([make_channel(RECORDS[0])], prefix="T:", aliases=aliases)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n" * 4,
        bytes(range(256)),
        b"\0\x0f" + b"\xff" * 30,
        # an extended header that promises 4 GB
        b"\0\x04\xff\xff\0\x06\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xf0\0\0\0\1",
    ],
)
def test_nonsense_ends_only_its_own_connection(ioc, aioca, sent):
    with socket.create_connection(("127.0.0.1", ioc.port), timeout=20) as hostile:
        hostile.sendall(sent)
        hostile.shutdown(socket.SHUT_WR)
        received = b"."
        while received:
            try:
                received = hostile.recv(4096)
            except ConnectionResetError:
                break
    assert aioca.get("T:AI")["value"] == ioc["AI"].value


def test_nonsense_datagrams_are_ignored(ioc, aioca):
    with socket.socket(type=socket.SOCK_DGRAM) as hostile:
        for size in (0, 1, 7, 16, 17, 100, 1400):
            hostile.sendto(os.urandom(size), ("127.0.0.1", ioc.port))
            hostile.sendto(b"\0\x06\0\xff" + b"\xff" * size, ("127.0.0.1", ioc.port))
    assert aioca.get("T:AI.DESC")["value"] == "reading"


def test_wrong_data_type_ends_only_its_own_connection(ioc, aioca, raw):
    channel = raw.channel("T:AI")
    request = channel.read()
    request.header.data_type = 35
    raw.socket.sendall(bytes(request))
    assert raw.socket.recv(1) == b""
    assert aioca.get("T:AI")["value"] == ioc["AI"].value


def test_put_forced_on_a_read_only_record_is_refused_with_reason(ioc, raw):
    channel = raw.channel("T:AI")
    raw.send(channel.write((5.0,), notify=True))
    assert raw.next(ca.WriteNotifyResponse).status.name == "ECA_NOWTACCESS"
    assert ioc.refusals[-1] == ("AI", "read-only")
    raw.send(channel.write((5.0,), notify=False))
    assert raw.next(ca.ErrorResponse).error_message.startswith(b"read-only")
    assert ioc["AI"].value == 1.0


def test_put_of_a_type_that_cannot_be_put_is_refused(ioc, raw):
    channel = raw.channel("T:AO")
    request = channel.write((5.0,), notify=True)
    request.header.data_type = ca.ChannelType.STS_STRING
    raw.send(request)
    assert raw.next(ca.WriteNotifyResponse).status.name == "ECA_PUTFAIL"
    assert ioc["AO"].value == 1.0


def test_accepted_sockets_do_not_delay_small_messages(ioc, raw):
    raw.channel("T:AI")
    (circuit,) = [c for c in ioc.server._circuits if c.origin.user == "somebody"]
    accepted = circuit._transport.get_extra_info("socket")
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_beacons_go_on_though_nobody_listens_to_them(free_port, find_port, monkeypatch, caplog):
    monkeypatch.setenv("EPICS_CA_REPEATER_PORT", str(free_port))
    beacon, sent = messages.beacon, []

    def counted(port: int, number: int) -> bytes:
        sent.append(number)
        if number == 5:  # what is refused is told at the next beacon
            several.set()
        return beacon(port, number)

    several = asyncio.Event()
    monkeypatch.setattr(messages, "beacon", counted)

    async def run(running: Server) -> None:
        await running.start()
        serving = asyncio.create_task(running.run())
        await several.wait()
        with socket.socket(type=socket.SOCK_DGRAM) as repeater:
            repeater.bind(("127.0.0.1", free_port))
            repeater.setblocking(False)
            # The server of the other tests beacons too, now and then.  Not only the last of this one counts: while
            # this was waiting for its turn, another may have been made.
            while await asyncio.get_running_loop().sock_recv(repeater, 100) not in [
                beacon(running.port, number) for number in sent
            ]:
                pass
        assert not serving.done()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    with caplog.at_level(logging.INFO):
        asyncio.run(run(server(find_port())))
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_clients_that_leave_in_the_middle_of_an_update_disturb_nobody(ioc, aioca):
    monitor = aioca.monitor("T:AI", 1)
    for round_ in range(20):
        leaving = [socket_subscribed(ioc.port, "T:AI") for _ in range(5)]
        ioc.do(lambda start: [ioc["AI"].post(start + i) for i in range(100)], 1000.0 * (round_ + 1))
        for client in leaving:
            client.close()
    events = aioca.events(monitor, 2001)
    assert [event["value"] for event in events[1:]] == [
        1000.0 * (round_ + 1) + i for round_ in range(20) for i in range(100)
    ]


def socket_subscribed(port: int, name: str) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=20)
    protocol = ca.VirtualCircuit(ca.CLIENT, client.getpeername(), 0)

    def send(*requests):
        client.sendall(b"".join(map(bytes, protocol.send(*requests))))

    def expect(kind):
        while True:
            for message in protocol.recv(client.recv(65536))[0]:
                protocol.process_command(message)
                if isinstance(message, kind):
                    return

    channel = ca.ClientChannel(name, protocol)
    send(ca.VersionRequest(0, 13))
    expect(ca.VersionResponse)
    send(channel.create())
    expect(ca.CreateChanResponse)
    send(channel.subscribe())
    expect(ca.EventAddResponse)
    return client


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_run_the_shutdown(free_port, number):
    process = subprocess.Popen(
        [sys.executable, str(IOC), str(free_port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "serving\n"
    client = socket_subscribed(free_port, "T:AI")
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    client.close()
    assert (process.returncode, out, err) == (0, "put ended\nshut down\n", "")


def test_a_flood_of_requests_is_answered_in_turns(ioc, raw, aioca):
    channel = raw.channel("T:AI")
    raw.send(*(channel.read(data_type=ca.ChannelType.DOUBLE) for _ in range(3000)))
    assert aioca.get("T:AI")["value"] == ioc["AI"].value
    numbers = [raw.next(ca.ReadNotifyResponse).ioid for _ in range(3000)]
    assert numbers == sorted(numbers)

"""Who may do what, over Channel Access: rights are told, change while a client is connected, and hold for each put."""

from __future__ import annotations

import asyncio
import socket

import caproto as ca
import pytest

from cryoioc.access.acf import parse
from cryoioc.access.guard import AccessGuard
from cryoioc.access.rules import Rules
from cryoioc.records import Origin, Record, Server, make_channel

RECORDS = [
    Record(name="SP", kind="ao", doc="setpoint", writable=True, initial=1.0),
    Record(name="KEY", kind="bo", doc="key", states=("Off", "On"), writable=True, initial="Off"),
    Record(name="BYPASS", kind="ao", doc="bypass", writable=True, asg="INTERLOCK", initial=0.0),
    Record(name="SECRET", kind="ai", doc="hidden", asg="HIDDEN", initial=7.0),
    Record(name="READING", kind="ai", doc="reading", initial=4.0),
    Record(name="LEVEL", kind="ai", doc="input of a rule", initial=4.0, mdel=1e6),
]
ACF = """
UAG(engineers) {eve}
HAG(room) {127.0.0.3}
HAG(here) {127.0.0.1}
ASG(DEFAULT) { INPA(T:KEY) RULE(1, READ) RULE(1, WRITE) { HAG(here) } RULE(0, WRITE) { CALC("A=1") } }
ASG(INTERLOCK) { RULE(1, READ) RULE(1, WRITE) { UAG(engineers) HAG(room) } }
ASG(HIDDEN) { INPA(T:KEY) RULE(1, READ) { CALC("A=1") } }
"""
READ, WRITE, NO_READ, NO_WRITE = 1, 2, 368, 376
PATIENCE = 20.0  # s, only ever reached by a failing test


class Client:
    """A client that connects from an address of its choice and claims what it likes."""

    def __init__(self, raw) -> None:
        self.raw = raw
        self.send, self.next, self.close = raw.send, raw.next, raw.close

    def connect(self, name: str):
        """Return a channel and the rights to it."""
        channel = ca.ClientChannel(name, self.raw.protocol)
        self.send(channel.create())
        rights = int(self.next(ca.AccessRightsResponse).access_rights)
        self.next(ca.CreateChanResponse)
        return channel, rights

    def put(self, channel, value) -> int:
        """Put; return the status."""
        self.send(channel.write((value,), notify=True))
        return self.next(ca.WriteNotifyResponse).status.code_with_severity

    def get(self, channel):
        """Return status and value."""
        self.send(channel.read())
        answer = self.next(ca.ReadNotifyResponse)
        status = answer.status.code_with_severity
        return status, list(answer.data) if status == 1 else None


@pytest.fixture
def guarded(find_port, raw_client):
    """A server with rules; :func:`play` runs it."""
    channels = {record.name: make_channel(record) for record in RECORDS}
    guard = AccessGuard(Rules(parse(ACF)))
    server = Server(channels.values(), prefix="T:", port=find_port(), guard=guard)
    server.reports, server.refusals = [], []
    server.hooks.reported = server.reports.append
    server.refused = lambda channel, reason: server.refusals.append((channel.name, reason))
    server.channels, server.guard, server.client = channels, guard, raw_client
    return server


def play(server, scene) -> None:
    """Serve while a scene runs in another thread."""

    async def main() -> None:
        await server.start()
        serving = asyncio.create_task(server.run())
        loop = asyncio.get_running_loop()

        def do(action, *arguments):
            async def call():
                return action(*arguments)

            return asyncio.run_coroutine_threadsafe(call(), loop).result(PATIENCE)

        clients: list[Client] = []

        def client(address: str = "127.0.0.1", user: str = "ann", host: str = "somewhere") -> Client:
            clients.append(Client(server.client(server.port, address, user, host)))
            return clients[-1]

        try:
            await asyncio.to_thread(scene, client, do)
        finally:
            for one in clients:
                one.close()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    asyncio.run(main())


def test_rights_follow_the_address_of_the_peer(guarded):
    def scene(client, do):
        assert client("127.0.0.1").connect("T:SP")[1] == READ | WRITE
        stranger = client("127.0.0.2")
        channel, rights = stranger.connect("T:SP")
        assert rights == READ
        assert stranger.put(channel, 5.0) == NO_WRITE
        assert guarded.channels["SP"].value == 1.0
        assert stranger.get(channel) == (1, [1.0])

    play(guarded, scene)


@pytest.mark.parametrize("claim", ["127.0.0.1", "localhost", "127.0.0.3", socket.gethostname()])
def test_a_forged_host_name_opens_nothing(guarded, claim):
    def scene(client, do):
        forger = client("127.0.0.2", user="eve", host=claim)
        for name in ("T:SP", "T:BYPASS", "T:SP.ASG", "T:BYPASS.ASG"):
            channel, rights = forger.connect(name)
            assert not rights & WRITE, name
            assert forger.put(channel, b"x" if "ASG" in name else 5.0) == NO_WRITE
        assert (guarded.channels["SP"].value, guarded.channels["BYPASS"].value) == (1.0, 0.0)
        assert guarded.channels["BYPASS"].asg == "INTERLOCK"

    play(guarded, scene)


def test_a_user_is_a_claim_that_counts_only_from_the_right_host(guarded):
    def scene(client, do):
        assert client("127.0.0.3", user="ann").connect("T:BYPASS")[1] == READ
        assert client("127.0.0.2", user="eve").connect("T:BYPASS")[1] == READ
        engineer = client("127.0.0.3", user="eve")
        channel, rights = engineer.connect("T:BYPASS")
        assert rights == READ | WRITE
        assert engineer.put(channel, 5.0) == 1
        # As in base, who one is is said before the first channel.
        engineer.send(ca.ClientNameRequest("ann"))
        assert engineer.put(channel, 6.0) == 1
        assert guarded.channels["BYPASS"].value == 6.0

    play(guarded, scene)


def test_a_change_of_an_input_reaches_connected_clients(guarded):
    def scene(client, do):
        stranger = client("127.0.0.2")
        channel, rights = stranger.connect("T:SP")
        field, of_field = stranger.connect("T:SP.DESC")
        assert (rights, of_field) == (READ, READ)
        do(guarded.channels["KEY"].post, "On")
        told = stranger.next(ca.AccessRightsResponse)
        assert (told.cid, int(told.access_rights)) == (channel.cid, READ | WRITE)
        assert stranger.put(channel, 2.0) == 1
        assert stranger.put(field, b"x") == NO_WRITE  # RULE(0, ...) is for values
        do(guarded.channels["KEY"].invalidate, "COMM")
        assert int(stranger.next(ca.AccessRightsResponse).access_rights) == READ
        assert stranger.put(channel, 3.0) == NO_WRITE
        assert guarded.channels["SP"].value == 2.0

    play(guarded, scene)


def test_an_input_counts_however_large_the_deadband_of_its_clients_is(guarded):
    def scene(client, do):
        stranger = client("127.0.0.2")
        rules = "ASG(DEFAULT) { INPA(T:LEVEL) RULE(1, READ) RULE(1, WRITE) { CALC(\"A<5\") } }"
        do(guarded.guard.replace, Rules(parse(rules)))
        channel, rights = stranger.connect("T:SP")
        assert rights == READ | WRITE
        do(guarded.channels["LEVEL"].post, 6.0)
        assert int(stranger.next(ca.AccessRightsResponse).access_rights) == READ
        assert stranger.put(channel, 2.0) == NO_WRITE

    play(guarded, scene)


def test_what_may_not_be_read_is_not_sent_until_it_may(guarded):
    def scene(client, do):
        one = client()
        channel, rights = one.connect("T:SECRET")
        assert rights == 0
        assert one.get(channel) == (NO_READ, None)
        one.send(channel.subscribe())
        first = one.next(ca.EventAddResponse)
        assert (first.status.code_with_severity, list(first.data)) == (NO_READ, [0.0])
        do(guarded.channels["SECRET"].post, 8.0)
        assert one.next(ca.EventAddResponse).status.code_with_severity == NO_READ
        do(guarded.channels["KEY"].post, "On")
        assert int(one.next(ca.AccessRightsResponse).access_rights) == READ
        event = one.next(ca.EventAddResponse)
        assert (event.status.code_with_severity, list(event.data)) == (1, [8.0])

    play(guarded, scene)


def test_a_put_of_asg_and_other_rules_reach_connected_clients(guarded):
    def scene(client, do):
        owner, stranger = client(), client("127.0.0.2")
        field, _ = owner.connect("T:SP.ASG")
        channel, rights = owner.connect("T:SP")
        assert rights == READ | WRITE
        owner.send(field.write((b"INTERLOCK",), notify=True))
        assert [int(owner.next(ca.AccessRightsResponse).access_rights) for _ in range(2)] == [READ, READ]
        assert owner.next(ca.WriteNotifyResponse).status.code_with_severity == 1
        assert owner.put(channel, 9.0) == NO_WRITE
        other, _ = stranger.connect("T:READING.DESC")
        do(guarded.guard.replace, Rules(parse("ASG(DEFAULT) { RULE(1, WRITE) }")))
        assert int(stranger.next(ca.AccessRightsResponse).access_rights) == READ | WRITE
        assert owner.put(channel, 9.0) == 1

    play(guarded, scene)


def test_nobody_puts_what_the_ioc_alone_writes_whatever_the_rules_say(guarded):
    def scene(client, do):
        one = client()
        channel, rights = one.connect("T:READING")
        assert rights == READ
        assert one.put(channel, 9.0) == NO_WRITE

    play(guarded, scene)


def test_every_put_is_reported_and_a_stranger_reaches_nothing_but_the_log(guarded):
    def scene(client, do):
        channel, _ = (owner := client(user="ann", host="hmi")).connect("T:SP")
        owner.put(channel, 5.0)
        stranger = client("127.0.0.2", user="eve\n", host="127.0.0.1")
        channel, _ = stranger.connect("T:SP")
        stranger.put(channel, 6.0)
        field, _ = owner.connect("T:SP.PREC")
        owner.put(field, 99)

    play(guarded, scene)
    done, denied, refused = guarded.reports
    assert (done.name, done.was, done.asked, done.refusal) == ("T:SP", 1.0, 5.0, None)
    assert (done.origin.user, done.origin.host, done.origin.address) == ("ann", "hmi", "127.0.0.1")
    assert (denied.name, denied.asked, denied.refusal) == ("T:SP", 6.0, "no write access")
    assert (denied.origin.user, denied.origin.address) == ("eve\n", "127.0.0.2")
    assert (refused.name, refused.refusal) == ("T:SP.PREC", "PREC: precision must be 0 to 15")
    assert [name for name, _ in guarded.refusals] == ["SP"]


def test_libca_is_told_its_rights_and_their_changes(guarded, start_client):
    guarded.guard.replace(Rules(parse(ACF.replace("HAG(here) {127.0.0.1}", "HAG(here) {127.0.0.9}"))))

    def scene(client, do):
        libca = start_client("agent_aioca.py", guarded.port)
        try:
            assert libca.info("T:SP")["write"] is False
            assert libca.info("T:SECRET")["read"] is False
            assert libca.put("T:SP", 3.0) == NO_WRITE
            monitor = libca.monitor("T:KEY", 1)
            do(guarded.channels["KEY"].post, "On")
            libca.events(monitor, 2)  # what it was told before came before
            assert libca.info("T:SP")["write"] and libca.info("T:SECRET")["read"]
            assert not libca.info("T:SP.DESC")["write"]
            assert libca.put("T:SP", 3.0) == 1
            assert libca.get("T:SECRET")["value"] == 7.0
        finally:
            libca.stop()

    play(guarded, scene)


@pytest.mark.parametrize(
    ("peer", "own", "local"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.9.9.9", "127.0.0.1", True),
        ("10.0.0.5", "10.0.0.5", True),
        ("10.0.0.6", "10.0.0.5", False),
        ("12.7.0.1", "10.0.0.5", False),
    ],
)
def test_this_machine_is_known_by_both_ends_of_the_connection(peer, own, local):
    origin = Origin.of((peer, 4000), (own, 5064))
    assert (origin.local, origin.address) == (local, peer)


def test_a_client_that_connects_anew_is_no_new_client():
    """Decisions are remembered by who asks: a port, which is another one each time, must not fill the memory."""
    decided = []

    class Counting(Rules):
        def decide(self, *arguments):
            decided.append(arguments)
            return super().decide(*arguments)

    guard, channel = AccessGuard(Counting(parse(ACF))), make_channel(RECORDS[0])
    for port in range(50):
        assert guard.grant(channel, Origin.of(("127.0.0.1", 40000 + port), ("127.0.0.1", 5064))).write
    assert len(decided) == 1
    assert not guard.grant(channel, Origin.of(("10.0.0.7", 40000), ("10.0.0.1", 5064))).write
    assert len(decided) == 2

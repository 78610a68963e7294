"""Messages taken apart: whole, in pieces, long, and what is none."""

from __future__ import annotations

import caproto as ca
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryoioc.records import messages
from cryoioc.records.messages import ProtocolError


def all_of(data):
    found, start = [], 0
    while (taken := messages.take(data, start)) is not None:
        request, start = taken
        found.append(request)
    return found, data[start:]


def test_requests_of_caproto_are_understood():
    sent = [
        ca.VersionRequest(0, 13),
        ca.HostNameRequest("here"),
        ca.CreateChanRequest("T:AI", 7, 13),
        ca.EventAddRequest(20, 1, 3, 9, 0.0, 0.0, 0.0, 5),
        ca.WriteNotifyRequest(data=(1.5,), data_type=6, data_count=1, sid=3, ioid=4),
        ca.EchoRequest(),
    ]
    found, rest = all_of(b"".join(map(bytes, sent)))
    assert [request.command for request in found] == [request.ID for request in sent]
    assert rest == b""
    assert messages.text(found[1].payload) == "here"
    assert (messages.text(found[2].payload), found[2].first) == ("T:AI", 7)
    assert (messages.event_mask(found[3].payload), found[3].kind, found[3].second) == (5, 20, 9)
    assert (found[4].kind, found[4].elements, found[4].first, found[4].second) == (6, 1, 3, 4)


@given(st.lists(st.binary(max_size=80), max_size=5), st.integers(0, 600))
def test_what_is_incomplete_is_left(payloads, cut):
    whole = [messages.header(4, len(data), 0, 1, 2, 3) + data for data in payloads]
    stream = b"".join(whole)
    found, rest = all_of(stream[:cut])
    again, nothing = all_of(rest + stream[cut:])
    assert [request.payload for request in (*found, *again)] == payloads
    assert nothing == b""


def test_a_long_message_has_a_long_header():
    data = b"x" * 70000
    (request,), rest = all_of(messages.header(4, len(data), 4, len(data), 2, 3) + data)
    assert (request.payload, request.elements, rest) == (data, 70000, b"")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: messages.take(messages.header(4, 2**31, 0, 1, 0, 0), 0),
        lambda: messages.text(b"\xff\xfe"),
        lambda: messages.event_mask(b"\0" * 12),
    ],
)
def test_what_is_no_message_is_named(wrong):
    with pytest.raises(ProtocolError):
        wrong()


def test_answers_are_understood_by_caproto():
    circuit = ca.VirtualCircuit(ca.CLIENT, ("127.0.0.1", 1), 0)
    answers = [
        messages.version(),
        messages.echo(),
        messages.created(6, 1, 7, 3, 3),
        messages.written(6, 1, 1, 4),
        messages.cleared(3, 7),
        messages.failed(messages.header(4, 8, 6, 1, 3, 4), 7, 160, "no"),
    ]
    found, _ = circuit.recv(b"".join(answers))
    assert [type(answer) for answer in found] == [
        ca.VersionResponse,
        ca.EchoResponse,
        ca.AccessRightsResponse,
        ca.CreateChanResponse,
        ca.WriteNotifyResponse,
        ca.ClearChannelResponse,
        ca.ErrorResponse,
    ]
    assert found[-1].error_message.rstrip(b"\0") == b"no"

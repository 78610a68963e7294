"""Messages of the emulated Lake Shore; expected texts typed from lakeshore-protocol.md 2 and 3."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.emulators.lakeshore import LakeShore, Options

from .conftest import Bench, FixedSensor

IDENTITY = "LSCI,MODEL335,335A12T/#######,3.2"


def fresh() -> LakeShore:
    return LakeShore("lakeshore335", {"A": FixedSensor(), "B": FixedSensor()}, {})


def test_the_first_event_register_says_power_on_and_reading_clears_it() -> None:
    assert fresh().receive(b"*ESR?;*ESR?\n") == b"128;000\r\n"  # 3.1, 12


def test_identity_is_the_example_of_2_8() -> None:
    assert fresh().receive(b"*IDN?\n") == IDENTITY.encode() + b"\r\n"


def test_the_makers_driver_connects() -> None:
    # 2.5: LF, then *IDN?, then EMUL 0,0;*OPC?
    assert fresh().receive(b"\n*IDN?\nEMUL 0,0;*OPC?\n") == IDENTITY.encode() + b"\r\n1\r\n"


@pytest.mark.parametrize(
    "message",
    [
        "RANGE? 1",
        "range? 1",
        "RANGE?1",  # FRAPPY
        "RANGE?   1",
        "  RANGE? 1  ",
        ":RANGE? 1",
        "RANGE? 1\r",  # CR LF
        "RANGE? +01",
        "RANGE? 1,",
        ";RANGE? 1;",
    ],
)
def test_one_query_written_in_every_accepted_way(bench: Bench, message: str) -> None:
    assert bench.ask(message) == "0"  # 2.2
    assert bench.ask("*ESR?") == "000"


@pytest.mark.parametrize(
    "message", ["CRVPT? 21,2", "CRVPT? 21 2", "CRVPT? 21, 2", "CRVPT? 21 , 2", "CRVPT?21\t2"]
)
def test_commas_and_spaces_delimit_parameters(bench: Bench, message: str) -> None:
    assert bench.ask(message) == "+2000.00,+2000.00"  # 2.2: ESS, pyLabLib and SOCS each send another one


def test_answers_of_a_chain_come_in_one_line(bench: Bench) -> None:
    # The 95 characters of 2.4.
    message = (
        "KRDG? A;KRDG? B;SRDG? A;SRDG? B;RDGST? A;RDGST? B;HTR? 1;HTR? 2;SETP? 1;SETP? 2;RAMPST? 1;*ESR?"
    )
    assert len(message) == 95
    assert bench.ask(message) == (
        "+100.000;+100.000;+100.000;+100.000;000;000;+000.0;+000.0;+000.000;+000.000;0;000"
    )


def test_commands_and_queries_mix(bench: Bench) -> None:
    assert bench.ask("SETP 1,50;:SETP? 1;RANGE 1,3;RANGE? 1;*OPC?") == "+050.000;3;1"  # 2.3


def test_quotes_keep_delimiters_together(bench: Bench) -> None:
    assert bench.ask('INNAME A,"Sample Space";INNAME? A') == "Sample Space   "  # 2.2, 2.7: padded to 15
    assert bench.ask('INNAME A,"a;b,c";INNAME? A') == "a;b,c          "
    assert bench.ask("INNAME A,Coldhead;INNAME? A") == "Coldhead       "  # unquoted is accepted
    assert bench.ask('INNAME A,"";INNAME? A;*ESR?') == "               ;000"


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ("NONSENSE", "032"),
        ("NONSENSE? A", "032"),
        ("?", "032"),
        ("123", "032"),
        ("KRDG A", "032"),  # 2.5: a query without its ?
        ("KRDG?", "032"),
        ("RANGE 1", "032"),
        ("RANGE", "032"),
        ("RANGE 1,abc", "032"),
        ("RANGE 1,1,1", "032"),
        ("RANGE? 1,1", "032"),
        ("SETP 1,1.5E+1", "032"),  # 2.2: exponents are unverified, default refused
        ('INNAME A,"open', "032"),
        ("KRDG? A\x00", "032"),
        ("KRDG? \xb5", "032"),
        ("INTYPE A,1,0,0,0", "032"),  # 4.3: all parameters are demanded
        ("AOUT? 1", "032"),  # 4.2: not in the 335 list
        ("INTSEL?", "032"),  # 4.6
        ("CMODE? 1", "032"),
        ("RANGE 1,4", "016"),
        ("SETP 1,-1", "016"),
        ("PID 1,0,20,0", "016"),
        ("PID 1,1001,20,0", "016"),
        ("PID 1,50,20,201", "016"),
        ("RAMP 1,1,101", "016"),
        ("RAMP 1,1,0.05", "016"),
        ("OUTMODE 1,4,1,0", "016"),  # 4.4: monitor out only in voltage type
        ("OUTMODE 2,5,1,0", "016"),
        ("HTRSET 1,1,1,1,0,1", "016"),  # 4.4: voltage type only on output 2
        ("HTRSET 1,0,2,4,0,1", "016"),  # and 0 A is below 0.1 A
        ("HTRSET 1,0,2,4,1,1", "016"),  # 5.3: 1.732 A into 50 ohm is not allowed
        ("KRDG? C", "016"),
        ("KRDG? 0", "016"),  # 4.2: 336 and 350 only
        ("RANGE 3,1", "016"),
        ("WARMUP 1,50", "016"),  # 4.4: the manual's own mistake
        ("ZONE? 1,11", "016"),
        ("INTYPE A,4,0,0,1,1", "016"),  # thermocouples need the option card
        ("INTYPE A,1,0,2,0,1", "016"),  # 5.1: diodes have two ranges
        ("CRVPT 20,1,1,1", "016"),
        ("CRVPT 21,201,1,1", "016"),
        ("CRVPT? 60,1", "016"),
        ("DFLT 98", "016"),
    ],
)
def test_a_refused_unit_is_silent_and_sets_one_event_bit(bench: Bench, message: str, event: str) -> None:
    assert bench.ask(message) == ""  # 2.5
    assert bench.ask("*ESR?") == event


def test_a_value_out_of_range_is_not_stored(bench: Bench) -> None:
    bench.ask("PID 1,100,20,0;PID 1,2000,30,0")
    assert bench.ask("PID? 1") == "+0100.0,+0020.0,+000.0"  # the captured text of 2.7


def test_out_of_range_may_be_clamped(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(options=Options(out_of_range="clamp"))
    assert bench.ask("PID 1,2000,0.01,300;PID? 1;*ESR?") == "+1000.0,+0000.1,+200.0;000"
    assert bench.ask("RANGE 1,9;RANGE? 1") == "3"


@pytest.mark.parametrize(("bad_unit", "reply"), [("others", "0;1"), ("rest", "0"), ("all", "")])
def test_three_readings_of_a_bad_unit_in_a_chain(
    make_bench: Callable[..., Bench], bad_unit: str, reply: str
) -> None:
    bench = make_bench(options=Options(bad_unit=bad_unit))  # type: ignore[arg-type]
    assert bench.ask("RANGE? 1;AOUT? 1;*OPC?") == reply  # 2.5, 13.3
    assert bench.ask("*ESR?") == "032"


@pytest.mark.parametrize("bad_unit", ["others", "rest", "all"])
def test_a_refused_command_never_hides_the_event_register(
    make_bench: Callable[..., Bench], bad_unit: str
) -> None:
    bench = make_bench(options=Options(bad_unit=bad_unit))  # type: ignore[arg-type]
    assert bench.ask("RANGE 1,9;*ESR?") == "016"  # 2.5: the maker's driver relies on it


@pytest.mark.parametrize("muted", ["KRDG", "krdg?", "KRDG? B", "KRDG?B"])
def test_a_muted_query_is_never_answered(bench: Bench, muted: str) -> None:
    bench.instrument.mute.add(muted)
    assert bench.ask("KRDG? B;*OPC?") == "1"
    assert bench.ask("KRDG? B") == ""


def test_muting_one_query_leaves_its_neighbour(bench: Bench) -> None:
    bench.instrument.mute.add("KRDG? B")
    assert bench.ask("KRDG? A;KRDG? B") == "+100.000"


def test_channels_the_model_lacks_may_be_command_errors(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(options=Options(no_such_channel="CME"))
    assert bench.ask("KRDG? C;*ESR?") == "032"


def test_exponents_and_decimals_of_setpoints_are_options(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(options=Options(exponent_accepted=True))
    assert bench.ask("SETP 1,1.5E+1;SETP? 1;*ESR?") == "+015.000;000"
    bench = make_bench(options=Options(setpoint_decimals=3))
    assert bench.ask("SETP 1,15.123;SETP 1,16.1234;SETP? 1;*ESR?") == "+015.123;032"


def test_other_readings_of_rare_messages(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(options=Options(overlong="silent", all_inputs_335=True, emulation_query="silent"))
    assert bench.ask("*OPC?" + " " * 255) == ""
    assert bench.ask("*ESR?") == "000"
    bench.one_to_one("A")
    assert bench.ask("KRDG? 0") == "+100.00,+000.00"
    assert bench.ask("EMUL 0,0;EMUL?;*OPC?") == "1"


def test_a_query_without_its_mark_may_be_silent(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(options=Options(lone_mnemonic="silent"))
    assert bench.ask("KRDG A;RANGE 1;*ESR?") == "000"


def test_255_characters_are_the_longest_message() -> None:
    instrument = fresh()
    instrument.receive(b"*CLS\n")
    longest = b"*OPC?" + b" " * 249 + b"\n"
    assert len(longest) == 255
    assert instrument.receive(longest) == b"1\r\n"  # 2.2
    assert instrument.receive(b" " + longest) == b""
    assert instrument.receive(b"*ESR?\n") == b"032\r\n"


def test_carriage_return_counts_in_the_length() -> None:
    assert fresh().receive(b"*OPC?" + b" " * 248 + b"\r\n") == b"1\r\n"
    assert fresh().receive(b"*OPC?" + b" " * 249 + b"\r\n") == b""


def test_only_line_feed_ends_a_message() -> None:
    instrument = fresh()
    assert instrument.receive(b"*OPC?\r") == b""
    assert instrument.receive(b"\n") == b"1\r\n"


def test_power_cycle_loses_a_half_received_message() -> None:
    instrument = fresh()
    instrument.receive(b"*ID")
    instrument.power_cycle()
    assert instrument.receive(b"N?\n*ESR?\n") == b"160\r\n"  # PON and the CME of "N?"


def test_summary_bits_of_the_status_byte(bench: Bench) -> None:
    assert bench.ask("*ESE 32;*SRE 32;*STB?;*ESE?;*SRE?") == "000;032;032"
    assert bench.ask("NONSENSE;*STB?;*STB?") == "096;096"  # 3.1: ESB 32, RQS 64; reading does not clear
    assert bench.ask("*CLS;*STB?;*ESR?") == "000;000"
    assert bench.ask("*OPC;*ESR?") == "001"
    assert bench.ask("OPSTE 16;OPSTE?") == "016"
    bench.run(0.1)
    assert bench.ask("*STB?;OPSTR?;*STB?") == "128;016;000"  # OSB 128: a new reading since *CLS


def test_a_lone_bad_mask_is_refused(bench: Bench) -> None:
    assert bench.ask("*ESE 256;*ESE?;*ESR?") == "000;016"


UNITS = st.sampled_from(
    [
        "*IDN?",
        "*ESR?",
        "SETP 1,50",
        "SETP? 1",
        "KRDG? A",
        'INNAME A,"x;y"',
        "INNAME? A",
        "BAD?",
        "RANGE 1,9",
        " ",
    ]
)
MESSAGES = st.lists(st.lists(UNITS, max_size=5).map(";".join), max_size=4)


@given(MESSAGES, st.sampled_from(["\n", "\r\n"]), st.data())
def test_any_split_of_the_stream_gives_the_same_replies(
    messages: list[str], end: str, data: st.DataObject
) -> None:
    stream = "".join(message + end for message in messages).encode()
    whole = fresh().receive(stream)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    parts = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    instrument = fresh()
    assert b"".join(map(instrument.receive, parts)) == whole


WORDS = st.sampled_from(
    [
        b"KRDG?",
        b"SETP",
        b"ZONE",
        b"CRVPT",
        b"CRVHDR",
        b"SCAL",
        b"INTYPE",
        b"HTRSET",
        b"OUTMODE",
        b"RANGE",
        b"ATUNE",
    ]
)
NOISE = st.one_of(
    st.binary(max_size=40),
    st.tuples(WORDS, st.text('0123456789AB,. -+";', max_size=25)).map(
        lambda t: t[0] + b" " + t[1].encode() + b"\n"
    ),
)


@given(st.lists(NOISE, max_size=12))
def test_noise_neither_raises_nor_stops_it(pieces: list[bytes]) -> None:
    instrument = fresh()
    for piece in pieces:
        instrument.receive(piece)
        instrument.advance(0.1)
    instrument.receive(b"\n")
    assert instrument.receive(b"*IDN?\n") == IDENTITY.encode() + b"\r\n"

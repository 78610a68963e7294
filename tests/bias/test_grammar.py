"""The SCPI that all supplies share; texts typed from bias-flow-vacuum.md 1.2."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.emulators.scpi import Options, arguments, grammar

from .supplies import FACES, Bench


@pytest.mark.parametrize("module", [arguments, grammar], ids=lambda module: module.__name__)
def test_examples_run(module: object):
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "identity", "version", "no_error"),
    [
        ("E36312A", "Keysight Technologies,E36312A,MY59002391,2.1.0-1.0.4-1.12", "1999.0", '+0,"No error"'),
        ("N6700", "Agilent Technologies,N6700B,MY54005645,D.04.01", "1999.0", '+0,"No error"'),
        ("HMP4040", "ROHDE&SCHWARZ,HMP4040,109401,HW50020003/SW2.70", "1996.0", '0, "No error"'),
    ],
)
def test_identity_and_empty_queue(model: str, identity: str, version: str, no_error: str):
    bench = Bench(model)
    assert bench.ask("*IDN?") == identity
    assert bench.ask("SYST:VERS?") == version
    assert bench.ask("SYST:ERR?") == no_error


@pytest.mark.parametrize(
    "header",
    [
        "VOLT", "volt", "Voltage", "SOUR:VOLT", "SOURCE:VOLTAGE", ":SOUR:VOLT:LEV:IMM:AMPL", "VOLT:AMPL",
        "SOURce:VOLTage:LEVel:IMMediate:AMPLitude", "VOLT:IMM", ":VOLT",
    ],
)  # fmt: skip
def test_long_short_and_optional_nodes(header: str):
    bench = Bench("E36312A")
    bench.set(f"{header} 0.6, (@1)")
    assert bench.ask(f"{header}? (@1)") == "+6.00000000E-01"


@pytest.mark.parametrize("header", ["VOLTA", "VOL", "VOLT:", "SOURC:VOLT", "SOUR:", "VOLT:LEVE", "FOO", "VOLTAGES"])
@pytest.mark.parametrize("model", FACES)
def test_undefined_headers(model: str, header: str):
    bench = Bench(model)
    assert bench.ask(f"{header}?") == ""
    assert bench.ask("SYST:ERR?").endswith('"Undefined header"')
    assert bench.error() == 0


@pytest.mark.parametrize(
    ("text", "volts"),
    [
        ("0.6", 0.6), ("+6E-1", 0.6), ("600 MV", 0.6), ("600mV", 0.6), (".6", 0.6), ("6e-1V", 0.6), ("0.0005KV", 0.5),
        ("MIN", 0.0), ("MAX", 6.18), ("maximum", 6.18),
    ],
)  # fmt: skip
def test_numbers(text: str, volts: float):
    bench = Bench("E36312A")
    bench.set(f"VOLT {text},(@1)")
    assert bench.number("VOLT? (@1)") == pytest.approx(volts)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("VOLT 1,2,(@1)", -108), ("VOLT (@1)", -109), ("VOLT abc,(@1)", -104), ("VOLT 1A,(@1)", -131),
        ("VOLT 7,(@1)", -222), ("VOLT -1,(@1)", -222), ("VOLT 1,(@4)", -222), ("VOLT 1,(@0)", -222),
        ("VOLT 1,(1)", -102), ("VOLT 1,(@)", -102), ("VOLT 1,(@1:2:3)", -102), ("VOLT? FOO,(@1)", -224),
        ("VOLT? MIN,MAX,(@1)", -108), ("VOLT? 1", -224), ("OUTP MAYBE,(@1)", -104), ("CURR:PROT:DEL 0.5,(@1)", -222),
        ("CURR:PROT:DEL:STAR NOW,(@1)", -224), ("MEAS:CURR 1,(@1)", -113), ("*IDN", -113), ("*ESE 256", -222),
        ("*ESE", -109), ("*ESE 1.5", -104), ("VOLT? (@1", -102), ("INST:NSEL 4", -222), ("VOLT\x01", -102),
        ("VOLT? é", -102), ("VOLT?(@1)", -102),
    ],
)  # fmt: skip
def test_what_is_refused_and_how(message: str, code: int):
    bench = Bench("E36312A")
    before = [output.settings.__dict__.copy() for output in bench.supply.outputs]
    assert bench.ask(message) == ""
    assert bench.error() == code
    assert [output.settings.__dict__ for output in bench.supply.outputs] == before
    assert int(bench.ask("*ESR?")) == (32 if code > -200 else 16)


def test_nothing_of_a_list_is_set_when_one_output_cannot():
    bench = Bench("E36312A")
    assert bench.ask("VOLT 10,(@2,3,1)") == ""
    assert bench.error() == -222
    assert bench.ask("VOLT? (@1:3)") == "+0.00000000E+00,+0.00000000E+00,+0.00000000E+00"


def test_lists_are_answered_in_their_order():
    bench = Bench("N6700")
    bench.set("VOLT 1,(@1)", "VOLT 2,(@2)", "VOLT 3,(@3)")
    assert bench.ask("VOLT? (@3,1:2)") == "3.00000E+00,1.00000E+00,2.00000E+00"
    assert bench.ask("VOLT? (@ 2 : 1 )") == "2.00000E+00,1.00000E+00"


def test_a_frame_insists_on_a_list_and_the_others_have_a_selection():
    frame, bench = Bench("N6700"), Bench("E36312A")
    assert frame.ask("VOLT?") == ""
    assert frame.error() == -109
    bench.set("INST:NSEL 2", "VOLT 12")
    assert bench.ask("INST:SEL?;:VOLT? (@2)") == "CH2;+1.20000000E+01"


def test_paths():
    bench = Bench("E36312A")
    bench.set("VOLT 1,(@1);CURR 0.5,(@1)")
    assert bench.ask("MEAS:VOLT? (@1);CURR? (@1)").count(";") == 1, "the second is MEAS:CURR?"
    assert bench.ask("VOLT:PROT? (@1);VOLT? (@1)") == "+6.60000000E+00"
    assert bench.error() == -113, "VOLT:VOLT? is nothing"
    assert bench.ask("VOLT:PROT? (@1);:VOLT? (@1)") == "+6.60000000E+00;+1.00000000E+00"


def test_a_common_command_leaves_the_path_alone():
    bench = Bench("E36312A")
    assert bench.ask("VOLT:PROT? (@1);*OPC?;PROT? (@1)") == "+6.60000000E+00;1;+6.60000000E+00"


def test_paths_from_the_root_as_an_option():
    bench = Bench("E36312A", options=Options(relative_headers=False))
    assert bench.ask("VOLT:PROT? (@1); VOLT? (@1)") == "+6.60000000E+00;+0.00000000E+00"


def test_one_bad_unit_spoils_only_itself():
    bench = Bench("E36312A")
    assert bench.ask("VOLT? (@1);:FOO?;:CURR? (@1)") == "+0.00000000E+00;+5.00000000E+00"
    assert bench.error() == -113


def test_errors_queue_up_and_overflow():
    bench = Bench("E36312A")
    for _ in range(25):
        bench.ask("FOO")
    codes = [bench.error() for _ in range(21)]
    assert codes == [-113] * 19 + [-350, 0]


def test_error_texts_of_both_makers():
    """Keysight's status byte also says that there are some."""
    keysight, rohde = Bench("E36312A"), Bench("HMP4040")
    keysight.ask("FOO")
    rohde.ask("FOO")
    assert (keysight.ask("*STB?"), rohde.ask("*STB?")) == ("4", "0")
    assert keysight.ask("SYST:ERR?") == '-113,"Undefined header"'
    assert rohde.ask("SYST:ERR?") == '-113, "Undefined header"'


@pytest.mark.parametrize("model", FACES)
def test_ieee_488(model: str):
    bench = Bench(model)
    assert bench.ask("*OPC?;*TST?") == "1;0"
    bench.set("*OPC", "*WAI", "*ESE 1", "*SRE 32")
    assert bench.ask("*ESE?;*SRE?") == "1;32"
    assert int(bench.ask("*STB?")) & 96 == 96
    assert bench.ask("*ESR?;*ESR?") == "1;0"
    assert int(bench.ask("*STB?")) & 96 == 0
    bench.ask("FOO")
    assert bench.ask("*CLS;*ESR?") == "0"
    assert bench.error() == 0


@pytest.mark.parametrize("model", FACES)
def test_power_on_is_told_once(model: str):
    bench = Bench(model)
    bench.supply.power_cycle()
    assert bench.ask("*ESR?;*ESR?") == "128;0"


def test_both_line_ends_and_any_split():
    bench = Bench("E36312A")
    reply = b"".join(bench.supply.receive(bytes([byte])) for byte in b"*IDN?\r\nVOLT? (@1)\n\n")
    assert reply.splitlines()[1] == b"+0.00000000E+00"
    assert reply.count(b"\n") == 2


def test_an_endless_message_is_forgotten():
    bench = Bench("E36312A")
    assert bench.supply.receive(b"X" * 100_000) == b""
    assert bench.ask("") == ""
    assert bench.error() == -102
    assert bench.ask("*OPC?") == "1"


def test_power_cycle_forgets_half_a_message():
    bench = Bench("E36312A")
    bench.supply.receive(b"VOLT 5,(@1")
    bench.supply.power_cycle()
    assert bench.ask("*OPC?") == "1"


HEADERS = [
    "VOLT", "CURR", "OUTP", "OUTP:SEL", "OUTP:GEN", "INST", "INST:NSEL", "APPL", "FUSE", "FUSE:LINK", "FUSE:DEL",
    "VOLT:PROT", "VOLT:PROT:CLE", "CURR:PROT:STAT", "OUTP:PROT:CLE", "OUTP:PROT:WDOG", "MEAS:VOLT", "MEAS:CURR",
    "STAT:QUES:COND", "STAT:QUES:INST:ISUM2:COND", "SYST:ERR", "SYST:RWL", "*RST", "*CLS", "*OPC", "*STB", "X",
]  # fmt: skip
UNITS = st.builds(
    lambda colon, header, mark, arguments: colon + header + mark + (" " + ",".join(arguments) if arguments else ""),
    st.sampled_from(["", ":"]),
    st.sampled_from(HEADERS),
    st.sampled_from(["", "?"]),
    st.lists(
        st.sampled_from(["1", "0", "-3", "1e9", "ON", "MAX", "OUT2", "(@1)", "(@1:3)", "(@", "", '"a;b"']), max_size=3
    ),
)
NOISE = st.text(alphabet=st.characters(max_codepoint=255), max_size=30)


@given(model=st.sampled_from(list(FACES)), units=st.lists(st.one_of(UNITS, NOISE), max_size=8), cut=st.integers(0, 99))
def test_no_message_gets_an_instrument_out_of_step(model: str, units: list[str], cut: int):
    """However a message reads and is split, the next query is answered, and answered alone."""
    data = ";".join(units).replace("\n", " ").encode("latin-1") + b"\n"
    whole, split = Bench(model), Bench(model)
    reply = whole.supply.receive(data)
    assert reply.count(b"\n") <= 1
    assert split.supply.receive(data[:cut]) + split.supply.receive(data[cut:]) == reply
    whole.supply.advance(0.1)
    whole.ask("*CLS")
    assert whole.ask("*OPC?") == "1"
    assert whole.error() == 0

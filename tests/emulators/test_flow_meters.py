"""The emulated Bronkhorst against the examples of the maker's document 9.17.027, typed from it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryosim.emulators.bronkhorst import Bronkhorst, Options
from cryosim.emulators.bronkhorst.instrument import in_unit
from cryosim.emulators.ports import FlowSample

REFERENCE = Options(controller=True, fluid="N2", unit="mln/min", capacity=1.0, node=3)
STEP = 0.1  # s


class Pipe:
    """Helium, [kg/s]."""

    def __init__(self, mass_flow: float = 2.6e-5, gas: str = "He") -> None:
        self.sample = FlowSample(mass_flow, 101325.0, 294.0, gas)

    def read(self) -> FlowSample:
        return self.sample


def ask(unit: Bronkhorst, text: str) -> str:
    return unit.receive(text.encode() + b"\r\n").decode().removesuffix("\r\n")


@pytest.fixture
def unit() -> Bronkhorst:
    return Bronkhorst(Pipe(), REFERENCE)


def test_setpoint_of_the_document(unit):
    assert ask(unit, ":06030101213E80") == ":0403000005"  # 3.10.1
    assert ask(unit, ":06030401210121") == ":06030201213E80"  # 3.10.3
    assert ask(unit, ":06800101210000") == ":0403000005"  # to whatever node; bias-flow-vacuum.md 3.2
    assert ask(unit, ":058001010412") == ":0403000004"
    assert ask(unit, ":06030401040104") == ":0503020104" + "12"


def test_chained_parameters_of_the_document(unit):
    unit.gas_line = Pipe(1.0)  # more than the valve lets through
    unit.setpoint = unit._valve = 7384 / 32000
    answer = ask(unit, ":1A0304F1EC7163006D71660001AE0120CF014DF0017F077101710A")
    serial = b"M6212345A".hex().upper()
    assert answer == (
        f":370302F1EC00{serial}006D00555345525441470001AE1CD8CF3F800000F007"
        "6D6C6E2F6D696E710A4E322020202020202020"
    )


def test_floats_of_the_reference(unit):
    assert ask(unit, ":08030221433F000000") == ""  # command 02 is not answered
    assert ask(unit, ":06030421432143") == ":08030221433F000000"
    assert ask(unit, ":080301214340A00000") == ":0403000602"  # more than the capacity
    assert ask(unit, ":080302214340A00000") == ""  # the same, not answered
    old = Bronkhorst(Pipe(), Options(floats=False))
    assert ask(old, ":06030421402140") == ":0403000302"  # no such process


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (":06030401210121F", ":020304"),  # half a byte
        (":05030401210121", ":020304"),  # not as many as it says
        (":0603040121012Z", ":020304"),
        (":06030901210121", ":0403000201"),  # no such command
        (":06030402210221", ":0403000302"),  # no such process
        (":0603040121013E", ":0403000402"),  # no such parameter
        (":06030401210101", ":0403000502"),  # another type
        (":06030401010121", ":0403000502"),  # a type that is not the one it is to come back as
        (":0403010163", ":0403002203"),  # a text without its length
        (":060304012101", ":020304"),
        (":06040401210121", ""),  # another node
        ("06030401210121", ""),  # no colon
    ],
)
def test_what_it_does_not_understand(unit, sent, answer):
    assert ask(unit, sent) == answer


def test_a_colon_begins_anew_and_a_power_cycle_forgets(unit):
    assert unit.receive(b":06800101213E:06030401210121\r\n") == b":06030201210000\r\n"
    unit.receive(b":06030101213E80\r\n:0603040121")
    unit.power_cycle()
    assert unit.receive(b"0121\r\n") == b""
    assert ask(unit, ":06030401210121") == ":06030201210000"


def test_a_meter_told_the_wrong_gas_shows_the_ratio_of_the_factors():
    right, wrong = Bronkhorst(Pipe(), Options()), Bronkhorst(Pipe(), Options(fluid="N2"))
    assert right.steps() / wrong.steps() == pytest.approx(1.41, rel=1e-3)


def test_a_controller_ignores_a_setpoint_while_another_source_rules(unit):
    ask(unit, ":0503010104" + "01")  # analog input
    assert ask(unit, ":06030101213E80") == ":0403000005"
    assert ask(unit, ":06030401210121") == ":06030201210000"


@pytest.mark.parametrize(("unit", "flow"), [("ln/min", 22.414), ("ls/min", 24.055), ("mls/h", 24.055 * 60e3)])
def test_litres_are_of_0_and_of_20_degrees(unit, flow):
    """One mole a minute at 1013 mbar."""
    assert in_unit(4.0026e-3 / 60.0, "He", unit) == pytest.approx(flow, rel=1e-4)


@pytest.mark.parametrize(("mode", "steps"), [(3, 0), (7, 32000), (8, 41600), (12, 0)])
def test_control_modes_that_set_the_valve(unit, mode, steps):
    unit.gas_line = Pipe(1.0)  # more than the valve lets through
    assert ask(unit, f":0503010104{mode:02X}") == ":0403000004"
    for _ in range(200):
        unit.advance(STEP)
    assert unit.steps() == pytest.approx(steps, abs=1)


def test_the_flow_stops_where_the_sensor_does():
    assert Bronkhorst(Pipe(1.0), Options()).steps() == 41942
    backwards = Bronkhorst(Pipe(-1.0), Options())
    assert ask(backwards, ":06800401210120").endswith(f"{41943:04X}")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.binary(max_size=30), st.sampled_from([b":", b"\r\n", b":06030401210121\r\n"]))))
def test_nothing_that_is_said_to_it_ends_it(pieces):
    unit = Bronkhorst(Pipe(), REFERENCE)
    for piece in pieces:
        unit.receive(piece)
    unit.receive(b"\r\n")
    assert ask(unit, ":0703047163716300").startswith(":0F0302716300")

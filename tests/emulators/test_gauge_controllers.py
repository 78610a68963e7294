"""The emulated gauge controllers on their wires, where no public driver looks.

TPG: bias-flow-vacuum.md 4.1.  MKS: operation manual of the 937B 9.6 and 9.7, error codes of that of the 946, 9.15.
"""

from __future__ import annotations

import math

import pytest

from cryosim.emulators.gauge_heads import COLD_CATHODE, PIRANI, Head
from cryosim.emulators.mks import Controller as MksController
from cryosim.emulators.mks import Options as MksOptions
from cryosim.emulators.pfeiffer import FACES, Controller, Options


class Flange:
    """Where both gauges sit."""

    def __init__(self, mbar: float) -> None:
        self.mbar = mbar

    def read(self) -> float:
        """Return the pressure, [Pa]."""
        return 100.0 * self.mbar


def controller(flange: Flange, model: str = "pfeiffer_tpg262", *, on: bool = False) -> Controller:
    heads = [Head(PIRANI, flange), Head(COLD_CATHODE, flange, on=on)]
    return Controller(FACES[model], heads, Options(chatters=False))


def ask(unit: Controller, text: str) -> str:
    """Send a message and ENQ; return what is fetched, behind NAK after a minus."""
    told, _, fetched = unit.receive(text.encode() + b"\r\n\x05").partition(b"\r\n")
    assert told in (b"\x06", b"\x15")
    return ("-" if told == b"\x15" else "") + fetched.decode().removesuffix("\r\n")


@pytest.mark.parametrize(
    ("mbar", "pirani", "cold"),
    [
        (1e-6, "1,+8.0000E-04", "0,+1.0000E-06"),
        (5e-3, "0,+5.0000E-03", "0,+5.0000E-03"),
        (500.0, "0,+5.0000E+02", "2,+1.0000E-02"),
        (1e-10, "1,+8.0000E-04", "1,+2.0000E-09"),
        (0.0, "3,+0.0000E+00", "3,+0.0000E+00"),
        (math.inf, "5,+2.0000E-02", "5,+2.0000E-02"),
    ],
)
def test_every_status_of_both_heads(mbar: float, pirani: str, cold: str) -> None:
    unit = controller(Flange(mbar), on=True)
    assert (ask(unit, "PR1"), ask(unit, "PR2")) == (pirani, cold)
    assert ask(unit, "PRX") == f"{pirani},{cold}"


def test_a_discharge_takes_time_to_strike_and_longer_in_a_better_vacuum() -> None:
    for mbar, seconds in ((1e-6, 1.0), (1e-8, 10.0)):
        unit = controller(Flange(mbar))
        assert ask(unit, "PR2").startswith("4,")
        assert ask(unit, "SEN,0,2") == "0,2"
        unit.advance(0.9 * seconds)
        assert ask(unit, "PR2") == "1,+2.0000E-09"
        unit.advance(0.2 * seconds)
        assert ask(unit, "PR2") == f"0,{mbar:+.4E}"
        unit.power_cycle()
        assert ask(unit, "PR2").startswith("4,")


@pytest.mark.parametrize(
    ("unit", "shown"), [(0, "5.0000E-03"), (1, "3.7503E-03"), (2, "5.0000E-01"), (3, "3.7503E+00"), (4, "5.0000E-03"),
                        (5, "5.4194E+00")]
)  # fmt: skip
def test_units(unit: int, shown: str) -> None:
    controls = controller(Flange(5e-3), "pfeiffer_tpg362", on=True)
    assert ask(controls, f"UNI,{unit}") == str(unit)
    assert ask(controls, "PR2") == f"0,+{shown}"


def test_what_is_refused_and_why() -> None:
    unit = controller(Flange(1.0))
    refused = {"CAL,0.099,1.0": "-0010", "CAL,1.0,9.991": "-0010", "CAL,1.0": "-0001", "FIL,0,3": "-0010",
               "UNI,3": "-0010", "SEN,2": "-0001", "PR3": "-0001", "AYT": "-0001"}  # fmt: skip
    assert {text: ask(unit, text) for text in refused} == refused
    assert ask(unit, "CAL,0.1,9.99") == "0.100,9.990" and ask(unit, "CAL") == "0.100,9.990"
    assert ask(unit, "SPS") == "0,0,0,0"
    shown = {"DCD,5": "-0010", "DCD,4": "4", "SCT,2": "-0010", "SCT,1": "1", "RES,2": "-0010", "RES,1,1": "-0010"}
    assert {text: ask(unit, text) for text in shown} == shown


def test_how_many_values_a_model_has() -> None:
    one, six = (controller(Flange(1.0), f"pfeiffer_tpg36{n}") for n in (1, 6))
    assert (ask(one, "PRX"), ask(one, "TID"), ask(one, "PR2")) == ("-0001", "TPR", "-0001")
    assert ask(six, "SPS") == "0,0,0,0,0,0" and ask(six, "TID") == "TPR,IKR9,noSEn,noSEn,noSEn,noSEn"
    assert ask(controller(Flange(math.inf)), "TID") == "noSEn,noSEn"


def test_relays_follow_the_gauge_they_go_by_in_the_unit_that_is_set() -> None:
    flange = Flange(5e-3)
    unit = controller(flange)
    assert ask(unit, "UNI,2") == "2"
    assert ask(unit, "SP2,0,1,1.2") == "0,1.0000E+00,1.2000E+00"  # Pa
    assert ask(unit, "SP3,1,1,1.2") == "1,1.0000E+00,1.2000E+00"  # of a gauge that is off
    assert ask(unit, "UNI,0") == "0" and ask(unit, "SP2") == "0,1.0000E-02,1.2000E-02"
    seen = {}
    for mbar in (1.1e-2, 0.9e-2, 1.1e-2, 1.3e-2, 1.1e-2):
        flange.mbar = mbar
        unit.advance(0.1)
        seen[len(seen)] = ask(unit, "SPS")
    assert list(seen.values()) == ["0,0,0,0", "0,1,0,0", "0,1,0,0", "0,0,0,0", "0,0,0,0"]
    refused = {"SP5": "-0001", "SP1,0,1": "-0001", "SP1,2,1,2": "-0010", "SP1,0,-1,2": "-0010", "SP1,0,x,2": "-0010"}
    assert {text: ask(unit, text) for text in refused} == refused


def test_a_gauge_that_the_controller_switches_by_the_other_one() -> None:
    flange = Flange(1.0)
    unit = controller(flange)
    assert ask(unit, "SC2") == "2,2,1.00E-03,2.00E-03"
    assert ask(unit, "SC2,1,1,3e-3,5e-3") == "1,1,3.00E-03,5.00E-03"
    seen = []
    for mbar in (4e-3, 2e-3, 4e-3, 6e-3):
        flange.mbar = mbar
        unit.advance(0.1)
        seen.append(ask(unit, "SEN"))
    assert seen == ["0,1", "0,2", "0,2", "0,1"]
    refused = {"SC3": "-0001", "SC2,5,1,1,2": "-0010", "SC2,1,1,1": "-0001", "SC2,1,1,1,nan": "-0010"}
    assert {text: ask(unit, text) for text in refused} == refused


def test_self_control_by_its_own_reading_and_a_hot_start() -> None:
    flange = Flange(1e-4)
    unit = controller(flange, on=True)
    assert ask(unit, "SC2,4,4,1e-3,2e-3") == "4,4,1.00E-03,2.00E-03"
    unit.advance(0.1)
    assert ask(unit, "SEN") == "0,2"
    flange.mbar = 3e-3
    unit.advance(0.1)
    assert ask(unit, "SEN") == "0,1"
    flange.mbar = 1e-6
    for _ in range(2):
        unit.power_cycle()
        assert ask(unit, "SEN") == "0,2" and ask(unit, "PR2").startswith("1,")  # it has to strike anew
        unit.advance(1.1)
        assert ask(unit, "PR2") == "0,+1.0000E-06"


@pytest.mark.parametrize(("mbar", "errors"), [(1e-3, "0"), (0.0, "9,11")])
def test_errors_of_gauges(mbar: float, errors: str) -> None:
    unit = controller(Flange(mbar), on=True)
    assert ask(unit, "RES") == ask(unit, "RES,1") == errors


def test_etx_forgets_half_a_message() -> None:
    unit = controller(Flange(1.0))
    assert unit.receive(b"SEN,0,\x032\r\n\x05") == b"\x15\r\n0001\r\n"
    assert unit.receive(b"SEN,0,2\x03PNR\r\n\x05") == b"\x06\r\n302-510-D\r\n"


@pytest.mark.parametrize(("mode", "lines"), [("0", 100), ("1", 10), ("2", 0)])
def test_it_talks_until_it_is_spoken_to(mode: str, lines: int) -> None:
    unit = controller(Flange(1.0))
    unit.receive(f"COM,{mode}\r\n".encode())
    for _ in range(200):
        unit.advance(0.05)
    assert abs(unit.speak().count(b"\r\n") - lines) <= 1
    unit.receive(b"\x05")
    unit.advance(120.0)
    assert unit.speak() == b""


def test_it_talks_again_every_second_after_the_mains_were_off() -> None:
    unit = Controller(FACES["pfeiffer_tpg362"], controller(Flange(1.0)).heads, Options())
    for _ in range(2):
        unit.advance(1.0)
        assert unit.speak() == b"0,+1.0000E+00,4,+0.0000E+00\r\n"
        unit.receive(b"COM,2\r\n\x05")
        unit.advance(120.0)
        assert unit.speak() == b""
        unit.power_cycle()


def mks(flange: Flange) -> MksController:
    """Return a controller with a cold cathode on A1 and Piranis on B1 to C2."""
    kinds = (COLD_CATHODE, PIRANI, PIRANI, PIRANI, PIRANI, PIRANI)
    return MksController([Head(kind, flange) for kind in kinds], MksOptions(at_sign=True))


def say(unit: MksController, *texts: str) -> str:
    """Send messages to its address; return the answer to the last without frame and address."""
    replies = [unit.receive(f"@253{text};FF".encode()).decode() for text in texts]
    assert all(reply.startswith("@253") and reply.endswith(";FF") for reply in replies)
    return replies[-1][4:-3]


def wait(unit: MksController, seconds: float) -> None:
    for _ in range(round(seconds / 0.1)):
        unit.advance(0.1)


def test_mks_hears_its_address_and_the_one_of_all() -> None:
    unit = mks(Flange(1e-3))
    assert unit.receive(b"@252SN?;FF") == b""
    assert unit.receive(b"@254SN?;FF") == unit.receive(b"@253SN?;FF") == b"@253ACK1010203040;FF"


@pytest.mark.parametrize(("mbar", "state"), [(6.4e-3, "G"), (6.9e-3, "P")])
def test_mks_protection_is_in_torr_and_ends_automatic_control(mbar: float, state: str) -> None:
    flange = Flange(1e-5)
    unit = mks(flange)
    say(unit, "CSE1!B1", "CSP1!9.0E-03", "CTL1!AUTO", "CP1!ON")
    wait(unit, 4.0)
    flange.mbar = mbar  # 5e-3 Torr, as delivered, are 6.67e-3 mbar
    wait(unit, 1.0)
    assert say(unit, "T1?") == f"ACK{state}"
    assert say(unit, "PR1?") == ("ACKPROT_OFF" if state == "P" else "ACK6.40E-03")
    assert say(unit, "CTL1?") == ("ACKOFF" if state == "P" else "ACKAUTO")


def test_mks_combined_pressure_is_the_cold_cathodes_once_it_burns() -> None:
    unit = mks(Flange(1e-4))
    assert say(unit, "PC1?") == say(unit, "PR3?") == "ACKLO<8.00E-04"
    say(unit, "CP1!ON")
    wait(unit, 1.0)
    assert say(unit, "PC1?") == "ACKLO<8.00E-04"
    wait(unit, 4.0)
    assert say(unit, "PC1?") == "ACK1.00E-04" and say(unit, "PC2?") == "ACKNOGAUGE!"
    assert (say(unit, "PC3?"), say(unit, "PC1!1")) == ("NAK163", "NAK160")


@pytest.mark.parametrize(("keeps", "power"), [(False, "ACKOFF"), (True, "ACKON")])
def test_mks_high_voltage_after_the_mains_were_off(keeps: bool, power: str) -> None:
    flange = Flange(1e-4)
    unit = MksController(mks(flange).heads, MksOptions(at_sign=True, keeps_power=keeps))
    assert say(unit, "CP1!ON") == "ACKON"
    wait(unit, 5.0)
    unit.power_cycle()
    assert say(unit, "CP1?") == power and say(unit, "PR1?") == ("ACKWAIT" if keeps else "ACKOFF")


@pytest.mark.parametrize(("mode", "back"), [("SAFE", "ACKCTRL_OFF"), ("AUTO", "ACKWAIT")])
def test_mks_only_automatic_control_switches_on_again(mode: str, back: str) -> None:
    flange = Flange(1e-5)
    unit = mks(flange)
    say(unit, "PRO1!0", "CSE1!B1", f"CTL1!{mode}", "CP1!ON")
    wait(unit, 4.0)
    flange.mbar = 5e-3
    wait(unit, 1.0)
    assert say(unit, "T1?") == "ACKC" and say(unit, "CP1!ON") == "NAK195"
    flange.mbar = 1e-3
    wait(unit, 1.0)
    assert say(unit, "PR1?") == back


def test_mks_says_no_in_the_numbers_of_the_manual() -> None:
    unit = mks(Flange(1e-3))
    refused = {"PRO1!9.9E-06": "NAK172", "PRO1!1.1E-02": "NAK172", "CSP1!4.0E-04": "NAK172", "UC1!10.1": "NAK172",
               "PR7?": "NAK163", "T3?": "NAK152", "CSE1!A1": "NAK173", "CP1!MAYBE": "NAK169", "XYZ?": "NAK160",
               "SN!1": "NAK160", "PR3?1": "NAK160", "CSP1!0": "NAK172", "CP1": "NAK175",
               "CP2?": "NAK151", "SD1!ABOVE": "NAK162"}  # fmt: skip
    assert {text: say(unit, text) for text in refused} == refused
    assert say(unit, "SPM!Disable", "CP1!ON") == "NAK161" and say(unit, "CP1?") == "ACKOFF"
    assert say(unit, "SPM!Enable", "CP1!ON") == "ACKON"


@pytest.mark.parametrize(
    ("sent", "unit", "shown"), [("TORR", "TORR", "7.50E-01"), ("MBAR", "mBAR", "1.00E+00"),
                                ("PASCAL", "PASCAL", "1.00E+02"), ("MICRON", "MICRON", "7.50E+02")]
)  # fmt: skip
def test_mks_units(sent: str, unit: str, shown: str) -> None:
    controls = mks(Flange(1.0))
    assert say(controls, f"U!{sent}", "U?") == f"ACK{unit}" and say(controls, "PR3?") == f"ACK{shown}"


@pytest.mark.parametrize(("strict", "answer"), [(True, b"@253NAK175;FF"), (False, b"@253ACK1010203040;FF")])
def test_mks_noise_in_front_of_a_message(strict: bool, answer: bytes) -> None:
    unit = MksController(mks(Flange(1.0)).heads, MksOptions(at_sign=True, strict=strict))
    assert unit.receive(b"@253CP@253SN?;FF") == answer


def test_mks_relays_follow_their_gauge() -> None:
    flange = Flange(1.0)
    unit = mks(flange)  # 1 mbar is 0.75 Torr
    assert say(unit, "SP5!7.0E-01", "EN5!ENABLE", "SS5?") == "ACKCLEAR"
    flange.mbar = 0.9
    assert say(unit, "SS5?") == "ACKSET"
    assert say(unit, "SD5!ABOVE", "SS5?") == "ACKCLEAR"
    assert say(unit, "EN5!SET", "SS5?") == "ACKSET"

"""What an HMP4040 has of its own: selection, master switch, steps, fuses (bias-flow-vacuum.md 1.2, B)."""

from __future__ import annotations

import pytest

from cryosim.emulators.scpi import Options

from .supplies import Bench


def test_select_then_act():
    bench = Bench("HMP4040")
    bench.set("INST OUT2", "VOLT 0.600", "CURR 0.020", "INST:NSEL 3", "APPL 1.5,0.03")
    assert bench.ask("INST?;INST:NSEL?") == "OUTP3;3"
    assert bench.ask("VOLT?;CURR?;APPL?") == "1.500;0.0300;1.500, 0.0300"
    bench.set("INST OUTP2")
    assert bench.ask("VOLT?;CURR?;:MEAS:VOLT?;CURR?") == "0.600;0.0200;0.000;0.0000"
    for message, code in (("INST OUT5", -222), ("INST:NSEL 0", -222), ("INST FOO", -224), ("VOLT 1,(@1)", -108)):
        bench.ask(message)
        assert bench.error() == code


def test_an_output_needs_selection_and_master():
    bench = Bench("HMP4040")
    bench.set("VOLT 1", "OUTP:SEL 1")
    assert bench.ask("OUTP:SEL?;GEN?;:OUTP?") == "1;0;0"
    bench.set("OUTP:GEN 1")
    assert bench.number("MEAS:VOLT?") == 1.0
    assert bench.ask("OUTP?") == "1"
    bench.set("OUTP:SEL 0")
    assert bench.number("MEAS:VOLT?") == pytest.approx(0.0, abs=2e-3)
    bench.set("INST OUT2", "VOLT 2", "OUTP 1")
    assert bench.number("MEAS:VOLT?") == pytest.approx(2.0, abs=2e-3)
    bench.set("OUTP:GEN 0")
    assert bench.number("MEAS:VOLT?") == pytest.approx(0.0, abs=2e-3)


def test_up_and_down():
    bench = Bench("HMP4040")
    bench.set("VOLT:STEP 0.5", "VOLT UP", "VOLT UP", "VOLT DOWN", "CURR:STEP 0.01", "CURR UP")
    assert bench.ask("VOLT?;VOLT:STEP?;:CURR?;CURR:STEP?") == "0.500;0.500;0.1100;0.0100"
    assert bench.ask("VOLT? MAX;CURR? MIN") == "32.050;0.0005"


@pytest.mark.parametrize("mode", ["MEAS", "PROT"])
def test_over_voltage_of_an_hmp(mode: str):
    bench = Bench("HMP4040")
    bench.set(f"VOLT:PROT:MODE {mode}", "VOLT:PROT 2", "CURR 0.01", "VOLT 3", "OUTP 1")
    assert bench.ask("VOLT:PROT:MODE?") == {"MEAS": "measured", "PROT": "protected"}[mode]
    trips = "1" if mode == "PROT" else "0"  # 100 ohm at 10 mA is 1 V: the voltage is not reached
    assert bench.ask("VOLT:PROT:TRIP?") == trips
    bench.set("CURR 0.1")
    assert bench.ask("VOLT:PROT:TRIP?;:OUTP:SEL?") == "1;0"
    bench.set("VOLT 1", "VOLT:PROT:CLE")
    assert bench.ask("VOLT:PROT:TRIP?;:OUTP?") == "0;0", "it stays off"


@pytest.mark.parametrize(("linking", "second_takes_first"), [("forward", False), ("mutual", True)])
def test_linked_fuses(linking: str, second_takes_first: bool):
    def bench() -> Bench:
        ready = Bench("HMP4040", options=Options(fuse_link=linking))  # type: ignore[arg-type]
        ready.set("FUSE:LINK 2", "FUSE 1", "FUSE:DEL 10", "VOLT 1", "OUTP 1")
        ready.set("INST OUT2", "FUSE 1", "VOLT 1", "OUTP 1", "INST OUT3", "VOLT 1", "OUTP 1")
        return ready

    first = bench()
    first.loads[1].ohm = 1.0
    first.run(0.1)
    assert [output.live for output in first.supply.outputs[:3]] == [False, False, True]
    assert [first.ask(f"INST OUT{n};FUSE:TRIP?;:OUTP:SEL?") for n in (1, 2, 3)] == ["1;0", "1;0", "0;1"]
    assert first.ask("INST OUT1;FUSE:LINK? 2;:FUSE:DEL?;:FUSE?") == "1;10;1"
    second = bench()
    second.loads[2].ohm = 1.0
    second.run(0.1)
    assert second.supply.outputs[0].live is not second_takes_first
    second.set("INST OUT1", "FUSE:UNL 2")
    assert second.ask("FUSE:LINK? 2") == "0"
    for wrong in ("1", "5"):
        second.ask(f"FUSE:LINK {wrong}")
        assert second.error() == -224
    second.set("FUSE:LINK 2", "INST OUT2", "*RST")
    assert second.ask("INST:NSEL?;:FUSE:LINK? 2;:FUSE?") == "1;0;0"


def test_a_link_is_for_fuses_alone():
    bench = Bench("HMP4040")
    bench.set("FUSE:LINK 2", "VOLT 1", "OUTP 1", "INST OUT2", "VOLT 1", "OUTP 1", "INST OUT1", "VOLT:PROT 0.5")
    assert bench.ask("VOLT:PROT:TRIP?;:INST OUT2;:OUTP:SEL?") == "1;1"


def test_the_delay_of_a_fuse_ends_at_a_quarter_of_a_second():
    bench = Bench("HMP4040")
    bench.set("FUSE:DEL 250")
    for wrong in ("251", "-1"):
        bench.ask(f"FUSE:DEL {wrong}")
        assert bench.error() == -222
    assert bench.ask("FUSE:DEL?") == "250"


def test_a_tripped_fuse_is_forgotten_by_switching_on():
    bench = Bench("HMP4040")
    bench.set("FUSE ON", "VOLT 1", "OUTP 1")
    bench.loads[1].ohm = 1.0
    bench.run(0.1)
    bench.loads[1].ohm = 100.0
    bench.set("OUTP:SEL 1")
    assert bench.ask("FUSE:TRIP?") == "0"
    assert bench.number("MEAS:VOLT?") == pytest.approx(1.0, abs=2e-3)


def test_options_of_an_hmp():
    assert Bench("HMP4040").ask("MEAS:POW?") == "0.000"
    assert Bench("HMP4040", options=Options(power_reading=False)).ask("MEAS:POW?") == ""
    selected = Bench("HMP4040", options=Options(output_query="selected", fuse_delay_in_ms=False))
    selected.set("OUTP:SEL 1", "FUSE:DEL 0.1")
    assert selected.ask("OUTP?;:FUSE:DEL?") == "1;0.1"


def test_commands_right_after_switching_on_may_be_lost():
    bench = Bench("HMP4040", options=Options(busy_after_on=0.1))
    bench.set("OUTP 1")
    bench.ask("VOLT 1")
    assert bench.error() == -113
    bench.run(0.1)
    bench.set("VOLT 1")

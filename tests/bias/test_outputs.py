"""What the outputs of a supply do: limits, protections, watchdog, hands; expectations from bias-flow-vacuum.md 1.2."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryosim.emulators.scpi import Options, n6700
from cryosim.plant.amplifier import Amplifier, Cabling
from cryosim.plant.loads import Resistor

from .supplies import FACES, Bench

ON = {"E36312A": "OUTP 1,(@1)", "N6700": "OUTP 1,(@1)", "HMP4040": "INST OUT1;:OUTP 1"}
VOLTS = {"E36312A": "VOLT {},(@1)", "N6700": "VOLT {},(@1)", "HMP4040": "VOLT {}"}
LIMIT = {"E36312A": "CURR {},(@1)", "N6700": "CURR {},(@1)", "HMP4040": "CURR {}"}
READ = {
    "E36312A": ("MEAS:VOLT? (@1)", "MEAS:CURR? (@1)"),
    "N6700": ("MEAS:VOLT? (@1)", "MEAS:CURR? (@1)"),
    "HMP4040": ("MEAS:VOLT?", "MEAS:CURR?"),
}


def feed(bench: Bench, model: str, volts: float, limit: float) -> None:
    """Set and switch on output 1."""
    bench.set(VOLTS[model].format(volts), LIMIT[model].format(limit), ON[model])


def read(bench: Bench, model: str) -> tuple[float, float]:
    """Return volts and amperes of output 1 as it measures them."""
    volts, amperes = READ[model]
    return bench.number(volts), bench.number(amperes)


@pytest.mark.parametrize("model", FACES)
def test_constant_voltage_constant_current_and_off(model: str):
    bench = Bench(model)
    assert read(bench, model) == pytest.approx((0.0, 0.0), abs=1e-3)
    feed(bench, model, 1.0, 0.02)
    assert read(bench, model) == pytest.approx((1.0, 0.010), abs=2e-3)
    bench.set(VOLTS[model].format(5.0))
    assert read(bench, model) == pytest.approx((2.0, 0.020), abs=2e-3)
    bench.loads[1].ohm = 10.0
    assert read(bench, model) == pytest.approx((0.2, 0.020), abs=2e-3)


@pytest.mark.parametrize(
    ("model", "step_volts", "step_amperes"),
    [("E36312A", 1e-4, 2e-6), ("N6700", 1e-4, 1e-6), ("HMP4040", 1e-3, 2e-4)],
)
def test_readings_come_in_steps_with_noise(model: str, step_volts: float, step_amperes: float):
    bench = Bench(model)
    feed(bench, model, 0.6, 0.02)
    pairs = [read(bench, model) for _ in range(50)]
    for step, values in ((step_volts, [p[0] for p in pairs]), (step_amperes, [p[1] for p in pairs])):
        assert all(value / step == pytest.approx(round(value / step), abs=1e-6) for value in values)
    assert len({volts for volts, _ in pairs}) + len({amperes for _, amperes in pairs}) > 2
    again = Bench(model)
    feed(again, model, 0.6, 0.02)
    assert [read(again, model) for _ in range(50)] == pairs, "the same seed"


def test_currents_above_the_low_range_come_in_coarser_steps():
    bench = Bench("E36312A")
    feed(bench, "E36312A", 5.0043, 0.5)
    for _ in range(20):
        amperes = bench.number("MEAS:CURR? (@1)")
        assert amperes / 1e-4 == pytest.approx(round(amperes / 1e-4), abs=1e-6)


@pytest.mark.parametrize(("model", "message"), [("E36312A", "VOLT 6.1801,(@1)"), ("HMP4040", "CURR 0.00045")])
def test_the_ends_of_a_range_are_sharp(model: str, message: str):
    bench = Bench(model)
    bench.ask(message)
    assert bench.error() == -222


@pytest.mark.parametrize(("model", "volts", "amperes"), [("HMP4040", 0.601, 0.0142), ("E36312A", 0.6005, 0.0141)])
def test_settings_are_rounded_to_their_step(model: str, volts: float, amperes: float):
    bench = Bench(model)
    bench.set(VOLTS[model].format(0.60061), LIMIT[model].format(0.01411))
    tail = "" if model == "HMP4040" else " (@1)"
    assert bench.number(f"VOLT?{tail}") == pytest.approx(volts)
    assert bench.number(f"CURR?{tail}") == pytest.approx(amperes)


# --- protections ------------------------------------------------------------------------------------


def test_over_voltage_protection_trips_and_stays():
    bench = Bench("E36312A")
    bench.set("VOLT:PROT 2,(@1)", "VOLT 1.9,(@1)", "OUTP 1,(@1)", "VOLT 2.5,(@1)")
    assert bench.ask("VOLT:PROT:TRIP? (@1,2)") == "1,0"
    assert bench.number("MEAS:VOLT? (@1)") == pytest.approx(0.0, abs=1e-3)
    bench.set("VOLT 1,(@1)")
    assert bench.ask("VOLT:PROT:TRIP? (@1)") == "1", "latched"
    bench.set("VOLT:PROT:CLE (@1)")
    assert bench.ask("VOLT:PROT:TRIP? (@1)") == "0"


def test_a_level_below_the_voltage_trips_at_once():
    bench = Bench("E36312A")
    bench.set("VOLT 3,(@1)", "OUTP 1,(@1)", "VOLT:PROT 2,(@1)")
    assert bench.ask("VOLT:PROT:TRIP? (@1)") == "1"


def test_a_limited_current_keeps_the_voltage_below_the_protection():
    bench = Bench("E36312A")
    bench.set("VOLT:PROT 2,(@1)", "CURR 0.01,(@1)", "VOLT 3,(@1)", "OUTP 1,(@1)")
    assert bench.ask("VOLT:PROT:TRIP? (@1)") == "0"
    bench.loads[1].ohm = 1000.0
    bench.run(0.1)
    assert bench.ask("VOLT:PROT:TRIP? (@1)") == "1", "when the load lets go, the voltage rises"


@pytest.mark.parametrize("model", ["E36312A", "N6700"])
@pytest.mark.parametrize(("restores", "after"), [(True, 1.0), (False, 0.0)])
def test_clearing_may_bring_the_output_back(model: str, restores: bool, after: float):
    """Operating guide of N6900, p. 251: the output returns to the state before the fault."""
    bench = Bench(model, options=Options(clear_restores=restores))
    bench.set("CURR:PROT:STAT ON,(@1)", "CURR 0.005,(@1)", "VOLT 1,(@1)", "OUTP 1,(@1)")
    bench.run(0.2)
    assert bench.number("MEAS:VOLT? (@1)") == pytest.approx(0.0, abs=1e-3)
    assert bench.ask("OUTP? (@1)") == "1", "what is programmed, not what is"
    bench.set("CURR 0.05,(@1)", "OUTP:PROT:CLE (@1)")
    assert bench.number("MEAS:VOLT? (@1)") == pytest.approx(after, abs=1e-3)


@pytest.mark.parametrize(("start", "delay", "seconds"), [("SCH", 0.0, 0.0), ("CCTR", 0.2, 0.2), ("SCH", 0.2, 0.2)])
def test_over_current_protection_waits_its_delay(start: str, delay: float, seconds: float):
    bench = Bench("E36312A", options=Options(ocp_delay_max=1.0))
    bench.set(f"CURR:PROT:DEL:STAR {start},(@1)", f"CURR:PROT:DEL {delay},(@1)", "CURR:PROT:STAT 1,(@1)")
    bench.set("CURR 0.005,(@1)", "VOLT 1,(@1)", "OUTP 1,(@1)")
    waited = 0.0
    while bench.ask("CURR:PROT:TRIP? (@1)") == "0" and waited < 2.0:
        bench.run(0.1)
        waited += 0.1
    assert waited == pytest.approx(seconds)
    assert bench.ask("CURR:PROT:DEL? (@1);:CURR:PROT:DEL:STAR? (@1)").split(";")[1] == start


def test_a_change_of_settings_starts_the_delay_anew():
    bench = Bench("E36312A")
    bench.set("CURR:PROT:DEL 0.25,(@1)", "CURR:PROT:STAT 1,(@1)", "CURR 0.02,(@1)", "VOLT 1,(@1)", "OUTP 1,(@1)")
    bench.run(1.0)
    bench.set("CURR 0.005,(@1)")
    assert bench.ask("CURR:PROT:TRIP? (@1)") == "0"
    bench.run(0.2)
    assert bench.ask("CURR:PROT:TRIP? (@1)") == "0"
    bench.run(0.1)
    assert bench.ask("CURR:PROT:TRIP? (@1)") == "1"


def test_load_that_comes_later_trips_without_delay_or_with_it():
    """SCH: the delay covers changes of settings only; CCTR: every way into the limit."""
    for start, trips in (("SCH", "1"), ("CCTR", "0")):
        bench = Bench("E36312A")
        bench.set(f"CURR:PROT:DEL:STAR {start},(@1)", "CURR:PROT:DEL 0.25,(@1)", "CURR:PROT:STAT 1,(@1)")
        bench.set("CURR 0.02,(@1)", "VOLT 1,(@1)", "OUTP 1,(@1)")
        bench.run(1.0)
        bench.loads[1].ohm = 10.0
        bench.run(0.1)
        assert bench.ask("CURR:PROT:TRIP? (@1)") == trips


def test_coupled_protection_takes_all_outputs_of_a_frame():
    bench = Bench("N6700")
    bench.set("OUTP:PROT:COUP 1", "VOLT 1,(@1:4)", "CURR 0.1,(@1)", "CURR 1,(@3)", "CURR:LIM 0.1,(@2,4)")
    bench.set("OUTP 1,(@1:4)", "VOLT:PROT 0.5,(@1)")
    assert bench.ask("STAT:QUES:COND? (@1:4)") == "1,2048,2048,2048"
    assert [output.live for output in bench.supply.outputs] == [False] * 4
    assert bench.ask("OUTP:PROT:COUP?") == "1"


def test_output_delays():
    bench = Bench("E36312A")
    bench.set("OUTP:DEL:RISE 0.3,(@1)", "OUTP:DEL:FALL 0.2,(@1)", "VOLT 1,(@1)", "OUTP 1,(@1)")
    assert bench.ask("OUTP? (@1)") == "1"
    volts = []
    for _ in range(4):
        volts.append(round(bench.number("MEAS:VOLT? (@1)"), 2))
        bench.run(0.1)
    assert volts == [0.0, 0.0, 0.0, 1.0]
    bench.set("OUTP 0,(@1)")
    assert bench.number("MEAS:VOLT? (@1)") == pytest.approx(1.0, abs=1e-3)
    bench.run(0.2)
    assert bench.number("MEAS:VOLT? (@1)") == pytest.approx(0.0, abs=1e-3)


# --- N6700 ------------------------------------------------------------------------------------------


def test_watchdog_switches_off_what_nobody_speaks_to():
    """Operating guide of N6702C, p. 158: from 1 s to 3600 s, 60 s from the factory, state kept, PROT bit set."""
    bench = Bench("N6700")
    assert bench.ask("OUTP:PROT:WDOG?;WDOG:DEL?") == "0;60"
    bench.set("OUTP:PROT:WDOG:DEL 5", "OUTP:PROT:WDOG ON", "VOLT 1,(@1)", "CURR 0.1,(@1)", "OUTP 1,(@1)")
    for _ in range(4):
        bench.run(4.0)
        bench.ask("*OPC?")
    assert bench.supply.outputs[0].live
    bench.supply.press(1, "volts", 2.0)
    bench.run(5.1)
    assert not bench.supply.outputs[0].live, "the front panel does not feed it"
    assert bench.ask("OUTP? (@1)") == "1"
    assert bench.ask("STAT:QUES:COND? (@1)") == "2048"
    bench.set("OUTP:PROT:CLE (@1)")
    assert bench.number("MEAS:VOLT? (@1)") == pytest.approx(2.0, abs=1e-3), "and clearing brings it back"
    for wrong in ("0", "3601"):
        bench.ask(f"OUTP:PROT:WDOG:DEL {wrong}")
        assert bench.error() == -222
    bench.set("OUTP:PROT:WDOG:DEL 7.4", "OUTP:PROT:COUP 1")
    assert bench.ask("OUTP:PROT:WDOG:DEL?") == "7"
    bench.set("*RST")
    assert bench.ask("OUTP:PROT:WDOG?;WDOG:DEL?;:OUTP:PROT:COUP?") == "0;60;0"


def test_modules_of_a_frame():
    bench = Bench("N6700")
    assert bench.ask("SYST:CHAN?") == "4"
    assert bench.ask("SYST:CHAN:MOD? (@1,2)") == '"N6761A","N6784A"'
    bench.set("VOLT -4.5,(@2)", "CURR:LIM 0.001,(@2)", "FUNC VOLT,(@2)", "OUTP:STAT 1,(@2)")
    assert bench.ask("FUNC? (@2);:OUTP:PMOD? (@2)") == "VOLT;VOLT"
    bench.loads[2].ohm = 1e6
    assert bench.number("MEAS:VOLT? (@2)") == pytest.approx(-4.5, abs=1e-3)
    assert bench.number("MEAS:CURR? (@2)") == pytest.approx(-4.5e-6, abs=1e-6)
    for message, code in (("VOLT -1,(@1)", -222), ("CURR:LIM 1,(@1)", -113), ("FUNC CURR,(@2)", -221)):
        bench.ask(message)
        assert bench.error() == code


@pytest.mark.parametrize(("meaning", "amperes"), [("setpoint", 0.080), ("limit", 0.001)])
def test_the_current_of_a_source_measure_module_may_not_be_its_limit(meaning: str, amperes: float):
    bench = Bench("N6700", options=Options(smu_current=meaning))  # type: ignore[arg-type]
    bench.set("VOLT 10,(@2)", "CURR 0.001,(@2)", "OUTP 1,(@2)")
    assert bench.number("CURR? (@2)") == pytest.approx(0.001)
    assert bench.number("MEAS:CURR? (@2)") == pytest.approx(amperes, abs=1e-5)


def test_status_of_a_frame():
    """Bits of the operating guide of N6705C, p. 350."""
    bench = Bench("N6700")
    assert bench.ask("STAT:OPER:COND? (@1:3)") == "4,4,4"
    bench.set("STAT:QUES:ENAB 3,(@1)", "*SRE 8", "VOLT 1,(@1:2)", "CURR 0.1,(@1)", "CURR:LIM 0.005,(@2)")
    bench.set("OUTP 1,(@1:2)")
    assert bench.ask("STAT:OPER:COND? (@1,2)") == "1,2"
    assert bench.ask("STAT:QUES:COND? (@1,2)") == "0,128"
    bench.set("CURR:PROT:STAT 1,(@1)", "CURR 0.005,(@1)")
    bench.run(0.1)
    assert bench.ask("STAT:QUES:COND? (@1)") == "2"
    assert int(bench.ask("*STB?")) == 64 + 8
    assert bench.ask("STAT:QUES? (@1)") == "2"
    bench.run(0.1)
    assert bench.ask("STAT:QUES? (@1);:STAT:QUES:COND? (@1)") == "0;2", "it has not come again"
    assert int(bench.ask("*STB?")) == 0


# --- summaries, HMP ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("bits", "voltage", "current"), [("high", 512, 1024), ("low", 4, 8)])
def test_summary_registers(bits: str, voltage: int, current: int):
    bench = Bench("E36312A", options=Options(summary_bits=bits))  # type: ignore[arg-type]
    query = "STAT:QUES:INST:ISUM{}:COND?"
    bench.set("VOLT 1,(@1:3)", "CURR 0.005,(@2,3)", "OUTP 1,(@1,2)")
    assert [int(bench.ask(query.format(n))) for n in (1, 2, 3)] == [2, 1, 0]
    bench.set("VOLT:PROT 0.5,(@1)", "CURR:PROT:STAT 1,(@2)")
    bench.run(0.1)
    assert [int(bench.ask(query.format(n))) for n in (1, 2, 3)] == [voltage, current, 0]
    bench.set("STAT:QUES:INST:ISUM1:ENAB 516", "STAT:QUES:INST:ENAB 14", "STAT:QUES:ENAB 8192", "OUTP 0,(@3)")
    assert bench.ask("STAT:QUES:INST:COND?") == "2"
    assert bench.ask("STAT:QUES?;:STAT:QUES:INST:ISUM1:EVEN?") == f"8192;{voltage | 2}"
    assert bench.ask("STAT:QUES:INST:ISUM4:COND?") == ""
    assert bench.error() == -113


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


# --- hands, faults, power ---------------------------------------------------------------------------


@pytest.mark.parametrize("model", FACES)
def test_a_foreign_hand_changes_settings_and_limits(model: str):
    bench = Bench(model)
    feed(bench, model, 1.0, 0.02)
    tail = "" if model == "HMP4040" else " (@1)"
    assert bench.supply.press(1, "volts", 0.5)
    assert bench.supply.press(1, "limit", 0.5)
    assert bench.supply.press(1, "ovp", 3.0)
    assert bench.number(f"VOLT?{tail}") == 0.5
    assert bench.number(f"CURR?{tail}") == 0.5
    assert bench.number(f"VOLT:PROT?{tail}") == 3.0
    assert read(bench, model)[0] == pytest.approx(0.5, abs=2e-3)
    bench.supply.press(1, "on", 0.0)
    assert bench.ask(f"OUTP?{tail}") == "0"
    bench.supply.press(1, "on", 1.0)
    assert bench.ask(f"OUTP?{tail}") == "1"
    bench.set("SYST:RWL")
    assert not bench.supply.press(1, "volts", 2.0)
    assert bench.number(f"VOLT?{tail}") == 0.5
    bench.set("SYST:LOC")
    assert bench.supply.press(1, "ocp", 1.0)
    bench.set("SYST:RWL")
    bench.supply.power_cycle()
    assert bench.supply.press(1, "volts", 0.1), "a power cycle unlocks the keys"


@pytest.mark.parametrize("model", FACES)
@pytest.mark.parametrize("memory", ["reset", "last"])
def test_power_cycle(model: str, memory: str):
    bench = Bench(model, options=Options(power_on=memory))  # type: ignore[arg-type]
    feed(bench, model, 1.0, 0.02)
    bench.ask("FOO")
    bench.supply.power_cycle()
    tail = "" if model == "HMP4040" else " (@1)"
    assert bench.ask(f"OUTP?{tail}") == "0"
    assert bench.number(f"VOLT?{tail}") == (1.0 if memory == "last" else 0.0)
    assert read(bench, model)[0] == pytest.approx(0.0, abs=2e-3)
    assert bench.error() == 0


@pytest.mark.parametrize("model", FACES)
def test_a_stuck_output_says_one_thing_and_does_another(model: str):
    bench = Bench(model)
    feed(bench, model, 1.0, 0.02)
    bench.supply.stick(1, True)
    bench.set(VOLTS[model].format(0.2), ON[model].replace(" 1", " 0"))
    tail = "" if model == "HMP4040" else " (@1)"
    assert bench.ask(f"OUTP?{tail}") == "0"
    assert bench.number(f"VOLT?{tail}") == pytest.approx(0.2)
    assert read(bench, model) == pytest.approx((1.0, 0.010), abs=2e-3)
    bench.supply.stick(1, False)
    assert read(bench, model) == pytest.approx((0.0, 0.0), abs=2e-3)


def test_readings_that_are_no_numbers_and_queries_without_answer():
    bench = Bench("E36312A")
    bench.supply.outputs[0].unreadable = True
    assert bench.ask("MEAS:VOLT? (@1,2)").split(",")[0] == "+9.91E+37"
    bench.supply.mute.add("MEAS:CURR?")
    assert bench.ask("MEAS:CURR? (@1);:MEAS:VOLT? (@2);*OPC?").endswith(";1")


# --- with amplifiers ---------------------------------------------------------------------------------


def biased(kelvin: float) -> tuple[Bench, Amplifier]:
    """Return an E36312A on the drains of an amplifier whose gates nobody holds."""
    unit = Amplifier("YCA-2024 1103", lambda: kelvin, Cabling())
    bench = Bench("E36312A", {n: stage.drain for n, stage in enumerate(unit.stages, 1)})
    return bench, unit


VALUES = st.sampled_from(["0", "0.6", "1.5", "2", "2.5", "5", "6", "25", "MAX"])
ACTS = st.one_of(
    st.builds("VOLT {},(@{})".format, VALUES, st.sampled_from(["1", "2", "3", "1:3"])),
    st.builds("OUTP {},(@{})".format, st.sampled_from("01"), st.sampled_from(["1", "2", "3", "1:3"])),
    st.builds("OUTP:PROT:CLE (@{})".format, st.sampled_from(["1", "2", "3", "1:3"])),
    st.sampled_from(["*RST", "*CLS", "MEAS:CURR? (@1:3)", "FOO"]),
)


@settings(max_examples=60)
@given(kelvin=st.sampled_from([15.0, 80.0, 297.0]), acts=st.lists(ACTS, min_size=5, max_size=25))
def test_ovp_and_limit_of_the_supply_alone_keep_the_transistors(kelvin: float, acts: list[str]):
    """The absolute tier: with 2 V and 12 mA programmed, no sequence of commands burns anything, without any gate."""
    bench, unit = biased(kelvin)
    for act in acts:
        # *RST takes the protection away: program it again, with the outputs off, as it does not switch them on.
        bench.ask("VOLT:PROT 2,(@1:3);:CURR 0.012,(@1:3)")
        bench.ask(act)
        bench.supply.advance(0.1)
        unit.advance(0.1)
    assert not unit.burnt
    assert all(stage.highest <= 2.0 and stage.most <= 0.015 for stage in unit.stages)


@pytest.mark.parametrize(("delay", "burnt"), [("0", False), ("0.02", True)])
def test_over_current_protection_saves_a_transistor_only_without_delay(delay: str, burnt: bool):
    """20 mA are let through by the limit, and are too much."""
    bench, unit = biased(15.0)
    bench.set("CURR 0.02,(@1)", "CURR:PROT:STAT 1,(@1)", f"CURR:PROT:DEL {delay},(@1)", "VOLT 1.5,(@1)")
    bench.set("OUTP 1,(@1)")
    bench.supply.advance(0.1)
    assert bench.ask("CURR:PROT:TRIP? (@1)") == "1"
    assert unit.burnt is burnt


def test_without_them_it_takes_two_commands():
    bench, unit = biased(15.0)
    bench.set("VOLT 1.2,(@1)", "OUTP 1,(@1)")
    unit.advance(0.1)
    assert unit.burnt


def test_a_hand_that_raises_the_limit_burns_what_the_limit_held():
    bench, unit = biased(15.0)
    bench.set("VOLT:PROT 2,(@1)", "CURR 0.012,(@1)", "VOLT 1,(@1)", "OUTP 1,(@1)")
    unit.advance(10.0)
    assert not unit.burnt
    bench.supply.press(1, "limit", 1.0)
    unit.advance(0.1)
    assert unit.burnt


def driven() -> tuple[Amplifier, Bench, Bench]:
    """Return an amplifier at its cold row, the supply of its drains and that of its gates."""
    unit = Amplifier("YCA-2024 1103", lambda: 15.0, Cabling(0.0, 0.0, 0.0))
    drains = Bench("E36312A", {n: stage.drain for n, stage in enumerate(unit.stages, 1)})
    gates = Bench(n6700(("N6784A",) * 3), {n: stage.gate for n, stage in enumerate(unit.stages, 1)})
    gates.set("VOLT -1.19,(@1);:VOLT 0.69,(@2);:VOLT 0.21,(@3);:OUTP 1,(@1:3)")
    drains.set("CURR 0.05,(@1:3);:VOLT 0.6,(@1);:VOLT 0.5,(@2);:VOLT 1.2,(@3);:OUTP 1,(@1:3)")
    unit.advance(1.0)
    assert not unit.burnt
    return unit, drains, gates


def test_gates_off_before_the_drains_burn_what_no_limit_holds():
    unit, drains, gates = driven()
    gates.set("OUTP 0,(@1:3)")
    drains.set("OUTP 0,(@1:3)")
    assert unit.stages[0].burnt


def test_drains_off_before_the_gates():
    unit, drains, gates = driven()
    drains.set("OUTP 0,(@1:3)")
    gates.set("OUTP 0,(@1:3)")
    unit.advance(1.0)
    assert not unit.burnt


def test_mains_that_fail_at_once_burn_nothing_but_those_of_the_gates_do():
    unit, drains, gates = driven()
    gates.supply.power_cycle()
    drains.supply.power_cycle()
    unit.advance(1.0)
    assert not unit.burnt
    unit, drains, gates = driven()
    gates.supply.power_cycle()
    unit.advance(0.1)
    assert unit.burnt


def test_amplifier_on_a_frame_reaches_its_cold_row():
    """All three stages of one amplifier through the wires of two frames, gates by hand: the row of the data sheet."""
    unit = Amplifier("YCA-2024 1103", lambda: 15.0, Cabling(0.0, 0.0, 0.0))
    drains = Bench(n6700(("N6761A",) * 3), {n: stage.drain for n, stage in enumerate(unit.stages, 1)})
    gates = Bench(n6700(("N6784A",) * 3), {n: stage.gate for n, stage in enumerate(unit.stages, 1)})
    gates.set("CURR:LIM 0.001,(@1:3)", "VOLT -1.19,(@1)", "VOLT 0.69,(@2)", "VOLT 0.21,(@3)", "OUTP 1,(@1:3)")
    drains.set("VOLT:PROT 2,(@1:3)", "CURR 0.012,(@1:3)", "VOLT 0.6,(@1)", "VOLT 0.5,(@2)", "VOLT 1.2,(@3)")
    drains.set("OUTP 1,(@1:3)")
    currents = [float(text) * 1e3 for text in drains.ask("MEAS:CURR? (@1:3)").split(",")]
    assert currents == pytest.approx([4.0, 3.0, 4.0], abs=0.02)
    assert float(gates.ask("MEAS:CURR? (@1)")) * 1e6 == pytest.approx(-1.19, abs=0.5)
    assert not unit.burnt


def test_an_open_output_has_voltage_and_no_current():
    bench = Bench("E36312A", {1: Resistor(100.0)})
    bench.set("VOLT 5,(@2)", "OUTP 1,(@2)")
    assert bench.number("MEAS:VOLT? (@2)") == pytest.approx(5.0, abs=1e-3)
    assert bench.number("MEAS:CURR? (@2)") == pytest.approx(0.0, abs=1e-4)

"""What the outputs of every supply do: limits, readings, protections, hands (bias-flow-vacuum.md 1.2)."""

from __future__ import annotations

import pytest

from cryosim.emulators.scpi import Options
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


def test_an_open_output_has_voltage_and_no_current():
    bench = Bench("E36312A", {1: Resistor(100.0)})
    bench.set("VOLT 5,(@2)", "OUTP 1,(@2)")
    assert bench.number("MEAS:VOLT? (@2)") == pytest.approx(5.0, abs=1e-3)
    assert bench.number("MEAS:CURR? (@2)") == pytest.approx(0.0, abs=1e-4)


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

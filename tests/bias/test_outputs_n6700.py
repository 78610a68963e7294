"""What an N6700 has of its own: modules, watchdog, coupled protections, status by channel list."""

from __future__ import annotations

import pytest

from cryosim.emulators.scpi import Options

from .supplies import Bench


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


def test_coupled_protection_takes_all_outputs_of_a_frame():
    bench = Bench("N6700")
    bench.set("OUTP:PROT:COUP 1", "VOLT 1,(@1:4)", "CURR 0.1,(@1)", "CURR 1,(@3)", "CURR:LIM 0.1,(@2,4)")
    bench.set("OUTP 1,(@1:4)", "VOLT:PROT 0.5,(@1)")
    assert bench.ask("STAT:QUES:COND? (@1:4)") == "1,2048,2048,2048"
    assert [output.live for output in bench.supply.outputs] == [False] * 4
    assert bench.ask("OUTP:PROT:COUP?") == "1"

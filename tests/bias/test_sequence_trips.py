"""The biasing sequence while others meddle, lines are lost, or outputs do not obey: what trips, and what is left on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.bias.operated import D1, D2, G1, G2, Operated, bench

from cryoioc import bias
from cryoioc.bias import Bias, Limits, Phase, Port, SetVoltage, Switch, SwitchTo
from cryoioc.errors import Refused

BIASES = {297: Bias.WARM, 15: Bias.COLD}


def foreign_volts(operated: Operated) -> None:
    operated.table.supplies[D2].volts += 0.1


def foreign_gate(operated: Operated) -> None:
    operated.table.supplies[G1].volts -= 0.1


def foreign_off(operated: Operated) -> None:
    operated.table.supplies[D1].on = False


def foreign_limit(operated: Operated) -> None:
    operated.table.supplies[D1].limits = Limits(current=0.5, over_voltage=2.0)


def foreign_protection(operated: Operated) -> None:
    operated.table.supplies[D1].limits = Limits(current=14e-3, over_voltage=6.0)


def mains(operated: Operated) -> None:
    operated.table.supplies[G2].mains_off_and_on()


def protection(operated: Operated) -> None:
    operated.table.supplies[D2].on, operated.table.supplies[D2].acted = False, True


def leak(operated: Operated) -> None:
    operated.table.leak = 100.0


@pytest.mark.parametrize("phase", [Phase.DRAINS, Phase.SERVO, Phase.HOLD])
@pytest.mark.parametrize(("fault", "why"), [
    (foreign_volts, "S2 drain is set to"), (foreign_gate, "S1 gate is set to"), (foreign_off, "S1 drain went off"),
    (foreign_limit, "S1 drain: current limit 500 mA, not 14"),
    (foreign_protection, "S1 drain: over-voltage protection 6 V, not 2"), (mains, "S2 gate is off, its drain on"),
    (protection, "S2 drain: over-voltage"), (leak, "gate takes"),
])  # fmt: skip


def test_what_others_do_trips_within_one_reading(phase, fault, why):
    operated = bench()
    operated.ask(SwitchTo(Bias.COLD))
    operated.until(phase)
    for _ in range(3):
        operated.cycle()
    fault(operated)
    operated.cycle()
    assert operated.state.phase is Phase.TRIPPED and why in operated.shown.why
    assert operated.on(Port.DRAIN) == [False] * 3
    assert operated.on(Port.GATE)[0], "gates stay until the drains are known to be off for half a second"
    for _ in range(8):
        operated.cycle()
    assert operated.on(Port.GATE) == [False] * 3
    count = len(operated.done)
    for _ in range(40):
        operated.cycle()
    assert len(operated.done) == count, "nothing is sent again"
    with pytest.raises(Refused, match="RESET first"):
        operated.ask(SwitchTo(Bias.COLD))


def test_reset_forgets_the_trip_clears_protections_and_switches_nothing_on():
    operated = bench().biased(Bias.COLD)
    protection(operated)
    operated.cycle()
    with pytest.raises(Refused, match="still on"):
        operated.ask(bias.Reset())
    for _ in range(8):
        operated.cycle()
    operated.done.clear()
    operated.ask(bias.Reset())
    for _ in range(4):
        operated.cycle()
    cleared = [done.action for done in operated.done]
    assert cleared == [Switch(D2, False), bias.ClearProtection(D2)]
    assert operated.shown.bias == "Off" and not operated.shown.tripped
    operated.biased(Bias.COLD)


def test_a_reset_clears_what_has_acted_though_that_is_read_only_later():
    operated = bench().biased(Bias.COLD)
    protection(operated)
    for _ in range(9):
        operated.cycle()
    operated.done.clear()
    operated.ask(bias.Reset())
    operated.table.supplies[D2].read = False
    operated.cycle()
    operated.table.supplies[D2].read = True
    for _ in range(4):
        operated.cycle()
    assert [done.action for done in operated.done] == [Switch(D2, False), bias.ClearProtection(D2)]
    operated.biased(Bias.COLD)


def test_a_lost_line_trips_drops_what_can_be_reached_and_the_rest_when_it_is_back():
    operated = bench().biased(Bias.COLD)
    operated.table.supplies[D1].read = False
    operated.until(Phase.TRIPPED, within=2.0)
    assert operated.shown.why == "S1 drain: nothing heard for 1 s"
    for _ in range(20):
        operated.cycle()
    assert operated.on(Port.DRAIN) == [True, False, False]
    assert operated.on(Port.GATE) == [True, False, False], "the gate holds what is still on"
    assert operated.shown.warnings == ("S1 drain is not known to be off",) and operated.shown.bias is None
    operated.table.supplies[D1].read = True
    operated.cycle()
    assert operated.on(Port.DRAIN) == [False] * 3
    for _ in range(6):
        operated.cycle()
    assert operated.on(Port.GATE) == [False] * 3 and operated.shown.bias == "Off"


def test_a_message_that_is_lost_does_not_end_a_beam_time():
    operated = bench()
    operated.ask(SwitchTo(Bias.COLD))
    while operated.state.phase is not Phase.HOLD:
        operated.losing = int(operated.now * 4) % 7 == 0
        operated.cycle()
    assert operated.shown.why == ""


def test_a_drain_that_does_not_go_off_keeps_its_gate_until_that_holds_it_no_more():
    operated = bench().biased(Bias.COLD)
    operated.table.supplies[D1].stick(True)
    operated.ask(bias.Trip("interlock"))
    for _ in range(20):
        operated.cycle()
        assert operated.table.currents[0] < 6e-3 and operated.table.drain(1) < 1.3
    assert operated.on(Port.DRAIN) == [True, False, False] and operated.on(Port.GATE) == [True, False, False]
    assert operated.shown.warnings == ("S1 drain is NOT OFF",) and operated.shown.bias == "Moving"
    with pytest.raises(Refused, match="S1 drain is still on"):
        operated.ask(bias.Reset())
    operated.table.around = bias.Surroundings(kelvin=40.0)  # what holds it now would overdrive it warm
    for _ in range(4):
        operated.cycle()
    assert operated.table.supplies[G1].volts == -5.0 and operated.table.currents[0] < 0.1e-3


def test_a_drain_that_does_not_follow_its_ramp_trips_and_a_gate_too():
    for terminal, phase in ((D2, Phase.DRAINS), (G1, Phase.SERVO), (D1, Phase.DOWN)):
        operated = bench()
        operated.ask(SwitchTo(Bias.COLD))
        operated.until(Phase.HOLD if phase is Phase.DOWN else phase)
        operated.cycle()
        operated.table.supplies[terminal].stick(True)
        if phase is Phase.DOWN:
            operated.ask(SwitchTo(Bias.OFF))
        operated.until(Phase.TRIPPED, within=10.0)
        assert operated.shown.why.startswith(f"{terminal} gives ")


def test_a_gate_that_does_not_obey_ends_the_sequence_before_any_drain():
    operated = bench()
    operated.table.supplies[G2].stick(True)
    operated.ask(SwitchTo(Bias.COLD))
    operated.until(Phase.TRIPPED)
    assert operated.order(SetVoltage, Port.DRAIN)[-1].action.volts == 0.0
    assert [done for done in operated.order(Switch, Port.DRAIN) if done.action.on] == []


def test_a_shorted_transistor_is_found_while_the_drains_rise():
    operated = bench()
    operated.table.kelvin = 297.0  # the gates of a cold amplifier do not pinch off a warm one
    operated.amplifier = replace(operated.amplifier, stages=tuple(
        replace(stage, pinch_off=-2.0) for stage in operated.amplifier.stages))  # fmt: skip
    operated.ask(SwitchTo(Bias.COLD))
    operated.until(Phase.TRIPPED)
    assert "with its gate at pinch-off, allowed 0.25" in operated.shown.why
    assert max(done.action.volts for done in operated.order(SetVoltage, Port.DRAIN)) < 0.2


@pytest.mark.parametrize("ports", [(Port.DRAIN,), tuple(Port)])
def test_what_was_found_on_and_goes_off_by_itself_is_a_trip_too(ports):
    """An IOC was started while it was on; then its supplies lose their mains for a moment."""
    before = bench().biased(Bias.COLD)
    found = Operated(before.amplifier, before.table)
    found.cycle()
    assert found.state.phase is Phase.FOUND
    for terminal in found.amplifier.terminals(*ports):
        found.table.supplies[terminal].mains_off_and_on()
    found.cycle()
    assert found.shown.tripped and found.shown.why == "all drains went off by others"
    for _ in range(8):
        found.cycle()
    assert found.on(Port.GATE) == [False] * 3 and found.shown.bias == "Off"
    with pytest.raises(Refused, match="RESET first"):
        found.ask(SwitchTo(Bias.COLD))


def test_what_was_found_on_and_is_put_off_here_is_no_trip():
    before = bench().biased(Bias.COLD)
    found = Operated(before.amplifier, before.table)
    found.ask(SwitchTo(Bias.OFF))
    found.until(Phase.OFF)
    assert not found.shown.tripped

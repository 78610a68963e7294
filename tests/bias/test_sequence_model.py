"""The biasing sequence against every interleaving of people, faults and time that hypothesis can think of.

What must hold is said from what is at the supplies and the transistors, and from what was asked, in other words than
in the sequence.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import Phase as HypothesisPhase
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.bias.operated import Operated
from tests.bias.transistors import LIMITS, ROWS, Supply, Table, amplifier

from cryoioc import bias
from cryoioc.bias import Bias, Limits, Phase, Port, SetVoltage, Switch, SwitchTo, Terminal
from cryoioc.errors import Refused

TERMINALS = [Terminal(number, port) for number in (1, 2, 3) for port in Port]
RUNNING = (Phase.LIMITS, Phase.GATES, Phase.DRAINS, Phase.SERVO, Phase.HOLD, Phase.PINCH, Phase.DOWN)
WANTED = {15: Bias.COLD, 297: Bias.WARM}
HIGHEST = 1.95  # V at a drain's supply


class Biasing(RuleBasedStateMachine):
    """One amplifier, its supplies, and everybody who can reach them."""

    @initialize(
        row=st.sampled_from(sorted(ROWS)), resolution=st.sampled_from((10e-6, 50e-6, 0.2e-3)), far=st.integers(0, 280)
    )
    def begin(self, row: tuple[str, int], resolution: float, far: int) -> None:
        serial, kelvin = row
        self.wanted = WANTED[kelvin]
        self.operated = Operated(amplifier(serial, resolution), Table(serial, float(kelvin), resolution))
        self.allowed = False  # a person asked for a bias, and nothing has ended it since
        self.tampered = False  # others touched what is ours, and no reading was taken since
        self.why = ""
        self.seen = 0
        self.go_on(far)

    @property
    def table(self) -> Table:
        return self.operated.table

    def supply(self, terminal: Terminal) -> Supply:
        return self.table.supplies[terminal]

    # --- what happens ---------------------------------------------------------------------------------

    @rule(seconds=st.floats(0.1, 0.25), times=st.sampled_from((1, 2, 5, 40)))
    def time_passes(self, seconds: float, times: int) -> None:
        for _ in range(times):
            self.pass_one(seconds)

    def pass_one(self, seconds: float) -> None:
        operated, before = self.operated, self.operated.state
        readable = all(supply.read for supply in self.table.supplies.values())
        told = dict(before.told)
        lost = operated.losing
        operated.cycle(seconds)
        after = operated.state
        if self.tampered and readable and before.phase in RUNNING and before.phase is not Phase.LIMITS:
            assert after.phase is Phase.TRIPPED, "a foreign hand is found in the first reading"
        self.tampered = False
        self.judge(told)
        if after.why and not self.why:
            self.why = after.why
        if after.phase is Phase.TRIPPED and before.phase is not Phase.TRIPPED:
            self.allowed = False
            if readable and not lost and before.phase is not Phase.DOWN:
                for number in (1, 2, 3):
                    drain = self.supply(Terminal(number, Port.DRAIN))
                    assert not drain.given[1] or drain.stuck, "a trip drops every drain in its own step"
        if after.phase is Phase.OFF and before.phase is not Phase.OFF:
            self.allowed = False

    def judge(self, told: dict[Terminal, bias.Told]) -> None:
        """Insist on the order and the pace of everything that was done since the last time."""
        for done in self.operated.done[self.seen :]:
            action = done.action
            drain = Terminal(action.terminal.stage, Port.DRAIN)
            gate = Terminal(action.terminal.stage, Port.GATE)
            if isinstance(action, Switch) and action.on:
                assert self.allowed, "nothing is switched on that nobody asked for"
                if action.terminal == drain:
                    assert self.supply(gate).on, "never a drain before its gate"
                    assert self.supply(drain).limits == LIMITS
            if isinstance(action, Switch) and not action.on and action.terminal == gate:
                assert not self.supply(drain).given[1] or self.supply(drain).given[0] < 0.1, (
                    "never a gate before its drain"
                )
            if isinstance(action, SetVoltage) and action.terminal == drain:
                assert 0.0 <= action.volts <= HIGHEST
                rise = action.volts - (told[drain].volts if drain in told else 0.0)
                assert rise <= 0.05 + 1e-3
            if isinstance(action, SetVoltage) and action.terminal == gate and self.supply(drain).on and gate in told:
                assert action.volts - told[gate].volts <= 0.05 + 1e-9
        self.seen = len(self.operated.done)

    @rule(wanted=st.sampled_from((Bias.COLD, Bias.WARM)))
    def somebody_wants_a_bias(self, wanted: Bias) -> None:
        try:
            self.operated.ask(SwitchTo(wanted))
        except Refused:
            return
        assert wanted is self.wanted and not self.operated.state.why
        self.allowed = True

    def go_on(self, cycles: int) -> None:
        """Switch on what everything is sound for, and wait."""
        self.operated.ask(SwitchTo(self.wanted))
        self.allowed = True
        for _ in range(cycles):
            self.pass_one(0.25)

    @precondition(lambda self: self.operated.state.phase in (Phase.OFF, Phase.TRIPPED))
    @rule(cycles=st.integers(0, 280))
    def all_is_mended_and_switched_on_again(self, cycles: int) -> None:
        self.everything_is_sound_again()
        for _ in range(12):
            self.pass_one(0.25)
        self.somebody_resets()
        for _ in range(4):
            self.pass_one(0.25)
        if self.operated.state.phase is Phase.OFF:
            self.go_on(cycles)

    @rule()
    def somebody_puts_off(self) -> None:
        self.operated.ask(SwitchTo(Bias.OFF))

    @rule()
    def somebody_resets(self) -> None:
        tripped = self.operated.state.phase is Phase.TRIPPED
        try:
            self.operated.ask(bias.Reset())
        except Refused:
            return
        self.why = ""
        found = self.operated.reading.outputs.values()  # a hand may have switched on since
        assert not tripped or not any(read is None or read.on for read in found)

    @rule(number=st.integers(1, 3), drain=st.floats(0.1, 2.0), current=st.floats(1e-3, 13e-3))
    def somebody_changes_a_stage(self, number: int, drain: float, current: float) -> None:
        try:
            self.operated.ask(bias.ChangeStage(number=number, drain=drain, current=current))
        except Refused:
            return
        window = self.operated.amplifier.windows[self.wanted]
        assert drain <= window.drain and current <= window.current

    @rule(number=st.integers(1, 3), gate=st.floats(-6.0, 2.0))
    def somebody_sets_a_gate(self, number: int, gate: float) -> None:
        try:
            self.operated.ask(bias.ChangeStage(number=number, gate=gate, servo=False))
        except Refused:
            return
        assert -5.0 <= gate <= 1.0

    @rule()
    def an_interlock_trips(self) -> None:
        running = self.operated.state.phase in RUNNING
        self.operated.ask(bias.Trip("interlock"))
        self.pass_one(0.1)
        if running:
            assert self.operated.state.phase is Phase.TRIPPED

    @rule(terminal=st.sampled_from(TERMINALS), volts=st.floats(-0.3, 0.3), switched=st.booleans())
    def a_hand_at_the_front_panel(self, terminal: Terminal, volts: float, switched: bool) -> None:
        supply = self.supply(terminal)
        if supply.stuck or (terminal.port is Port.DRAIN and not 0.0 <= supply.volts + volts <= HIGHEST):
            return
        told = self.operated.state.told.get(terminal)
        supply.volts += volts
        supply.on ^= switched
        if told is not None and supply.read:
            self.tampered |= abs(supply.volts - told.volts) > 0.01 or supply.on != told.on
        self.pass_one(0.1)

    @rule(number=st.integers(1, 3), current=st.floats(14.5e-3, 1.0), protection=st.floats(2.1, 25.0))
    def a_hand_that_raises_the_limits(self, number: int, current: float, protection: float) -> None:
        """Alone: what it lets others do to a transistor before the next reading is no matter of the biasing."""
        supply = self.supply(Terminal(number, Port.DRAIN))
        if self.operated.state.limited and supply.read:
            supply.limits = Limits(current=current, over_voltage=protection)
            self.tampered = True
            self.pass_one(0.1)

    @rule(terminal=st.sampled_from(TERMINALS))
    def the_mains_of_a_supply_fail(self, terminal: Terminal) -> None:
        was_on = self.supply(terminal).on
        self.supply(terminal).mains_off_and_on()
        told = self.operated.state.told.get(terminal)
        self.tampered |= was_on and told is not None and told.on and self.supply(terminal).read

    @rule(terminal=st.sampled_from(TERMINALS), read=st.booleans())
    def a_line_breaks_or_returns(self, terminal: Terminal, read: bool) -> None:
        self.supply(terminal).read = read

    @rule(terminal=st.sampled_from(TERMINALS), stuck=st.booleans())
    def an_output_sticks_or_is_loose_again(self, terminal: Terminal, stuck: bool) -> None:
        self.supply(terminal).stick(stuck)

    @rule(count=st.integers(1, 3))
    def commands_get_lost(self, count: int) -> None:
        self.operated.losing = count

    @rule(kelvin=st.floats(5.0, 60.0), rate=st.none() | st.floats(-5.0, 10.0), lost=st.booleans())
    def the_cryostat_moves(self, kelvin: float, rate: float | None, lost: bool) -> None:
        if self.wanted is Bias.COLD:
            self.table.kelvin = kelvin
            reasons = ("compressor off",) if lost else ()
            self.table.around = bias.Surroundings(kelvin=kelvin, rate=rate, cold=bias.Cold(lost=reasons))

    @rule()
    def the_thermometer_fails(self) -> None:
        self.table.around = replace(self.table.around, kelvin=None)

    @rule()
    def everything_is_sound_again(self) -> None:
        for supply in self.table.supplies.values():
            supply.read = True
            supply.stick(False)
        self.table.kelvin = {Bias.COLD: 15.0, Bias.WARM: 297.0}[self.wanted]
        self.table.around = bias.Surroundings(kelvin=self.table.kelvin)
        self.operated.losing = 0

    # --- what must hold -------------------------------------------------------------------------------

    @invariant()
    def a_trip_stays_until_somebody_resets_it(self) -> None:
        if self.why:
            assert self.operated.state.why == self.why and self.operated.shown.tripped

    @invariant()
    def ready_is_what_it_says(self) -> None:
        operated = self.operated
        if not operated.shown.ready or self.tampered:
            return
        for number, target in enumerate(operated.state.targets, 1):
            assert operated.shown.bias in ("Cold", "Warm", "Custom")
            assert all(operated.on(Port.DRAIN)) and all(operated.on(Port.GATE))
            if target.servo:
                stage = operated.amplifier.stages[number - 1]
                amperes = operated.reading.outputs[Terminal(number, Port.DRAIN)].amperes
                assert abs(amperes - target.current) <= stage.current_resolution + 15e-6 + 1e-9


# Shrinking a failing case takes minutes: it is shown as it was found.
Biasing.TestCase.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, derandomize=True, phases=(HypothesisPhase.generate,)
)
TestBiasing = Biasing.TestCase

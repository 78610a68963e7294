"""An amplifier on its table under the biasing: reads, steps, carries out, as an executor does, and looks on."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bias.transistors import CURRENTS_END, DRAINS_END, Table, amplifier

from cryoioc import bias
from cryoioc.bias import Action, Amplifier, Bias, Failure, Phase, Port, SetVoltage, Shown, State, Switch, Terminal

PERIOD = 0.25  # s
D1, G1 = Terminal(1, Port.DRAIN), Terminal(1, Port.GATE)
D2, G2 = Terminal(2, Port.DRAIN), Terminal(2, Port.GATE)


@dataclass(frozen=True)
class Done:
    """One action that was carried out, and when."""

    when: float  # s
    action: Action


class Operated:
    """Biasing and table; ``now`` is all the time there is.

    Parameters
    ----------
    amplifier : Amplifier
    table : Table
    """

    def __init__(self, amplifier: Amplifier, table: Table) -> None:
        self.amplifier, self.table = amplifier, table
        self.state, self.now = State(), 0.0
        self.failure: Failure | None = None
        self.done: list[Done] = []
        self.losing = 0  # commands to come that never arrive
        self.reading = table.read(self.now)
        self.cycle()

    @property
    def shown(self) -> Shown:
        """What somebody sees."""
        return bias.show(self.amplifier, self.state, self.reading)

    def cycle(self, seconds: float = PERIOD) -> None:
        """Let time pass, read, step, and carry out."""
        self.now += seconds
        self.reading = self.table.read(self.now)
        step = bias.step(self.amplifier, self.state, self.now, self.reading, self.failure)
        self.state, self.failure = step.state, None
        failed: list[Action] = []
        for action in step.actions:
            ends = isinstance(action, Switch) and not action.on
            if failed and type(action) is not type(failed[-1]) and not ends:
                failed.append(action)
                continue
            if self._press(action):
                self.done.append(Done(self.now, action))
                self.look()
            else:
                failed.append(action)
        if failed:
            self.failure = Failure(tuple(failed), f"{failed[0].terminal} does not answer")

    def _press(self, action: Action) -> bool:
        if self.losing:
            self.losing -= 1
            return False
        return self.table.supplies[action.terminal].press(action)

    def look(self) -> None:
        """Insist that every transistor survives."""
        self.table.settle()
        for number in (1, 2, 3):
            assert self.table.drain(number) <= DRAINS_END
            assert self.table.currents[number - 1] <= CURRENTS_END

    def ask(self, request: bias.Request) -> None:
        """Ask as a client does; a refusal is raised."""
        self.state = bias.ask(self.amplifier, self.state, self.now, self.reading, request)

    def until(self, *phases: Phase, within: float = 150.0) -> None:
        """Go on until one of these phases."""
        end = self.now + within
        while self.state.phase not in phases:
            assert self.now < end, f"{self.state.phase} {self.state.why}"
            self.cycle()

    def biased(self, wanted: Bias) -> Operated:
        """Switch on, and wait until every stage has its bias."""
        self.ask(bias.SwitchTo(wanted))
        self.until(Phase.HOLD, Phase.TRIPPED)
        while not self.shown.ready:
            assert self.state.phase is Phase.HOLD, self.state.why
            self.cycle()
        return self

    def on(self, port: Port) -> list[bool]:
        """Say which drains, or gates, are really on."""
        return [self.table.supplies[Terminal(number, port)].given[1] for number in (1, 2, 3)]

    def order(self, kind: type[SetVoltage] | type[Switch], port: Port) -> list[Done]:
        """Return what was done at all drains, or all gates."""
        return [one for one in self.done if isinstance(one.action, kind) and one.action.terminal.port is port]


def bench(serial: str = "YCA-2024", kelvin: float = 15.0, resolution: float = 10e-6) -> Operated:
    """Return an amplifier on its table, off."""
    return Operated(amplifier(serial, resolution), Table(serial, kelvin, resolution))

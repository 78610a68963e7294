"""PVs of an amplifier (PVS.md "Receiver"): how it is biased, what is asked of it, and what that makes of it.

What is done is decided in :mod:`cryoioc.bias`.  Nothing here switches anything on but a put.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from cryoioc import bias
from cryoioc.amplifier_estimate import estimate
from cryoioc.bias import Bias, ChangeStage, Cold, Phase, Port, Reset, Shown, Surroundings, SwitchTo, Terminal
from cryoioc.bias_table import Row
from cryoioc.errors import DeviceRefused, Refused
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.amplifier_guard import AmplifierGuard
from cryoioc.pvs.amplifier_stage import Seen, StagePvs, show
from cryoioc.pvs.bias_loop import BiasLoop, Wire
from cryoioc.pvs.desk import SHORT, Desk, Group
from cryoioc.pvs.device import Device
from cryoioc.pvs.heat_or_bias import HeatOrBias
from cryoioc.pvs.held import Held, NotHeld
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.records import Put, Record
from cryoioc.station_amplifier import Amplifier, table_row

BIASES = ("Off", "Warm", "Cold", "Custom", "Moving")
WISHES = ("Off", "Warm", "Cold")
WINDOWS = ("Cold", "Warm", "Neither")
LONG = 400
CONFIRM = 10.0  # s for what is switched off, or cleared, to be read so; a line that broke may be back by then


@dataclass(frozen=True, kw_only=True)
class Around:
    """What an amplifier must know of its cryostat."""

    thermometer: ThermometerGroup
    cold: Callable[[], Cold]
    heat_or_bias: HeatOrBias
    unprotected: Sequence[str] = ()  # drains whose supply protects nothing, in sentences


class AmplifierGroup(Group):
    """All PVs of one amplifier.

    Parameters
    ----------
    desk : Desk
    spec : cryoioc.station_amplifier.Amplifier
    amplifier : cryoioc.bias.Amplifier
        The same, as its biasing sees it.
    wires : mapping of Terminal to Wire
    around : Around
    """

    def __init__(self, desk: Desk, spec: Amplifier, amplifier: bias.Amplifier, wires: Mapping[Terminal, Wire],
                 around: Around) -> None:  # fmt: skip
        first = wires[Terminal(1, Port.DRAIN)].bank.device
        super().__init__(desk, spec.name, needs=first.name)
        self.spec, self.amplifier, self.around = spec, amplifier, around
        devices = {wire.bank.device.name: wire.bank.device for wire in wires.values()}
        self.devices: tuple[Device, ...] = tuple(devices.values())
        self.loop = BiasLoop(amplifier, wires, self._surroundings, self._changed)
        self.cold_name = f"{spec.name}:COLD"  # what guards it only while it is biased cold
        self.interlocks: Held = NotHeld()
        self._watchers: list[Callable[[], None]] = []
        self._stepped = asyncio.Event()
        self._seen: tuple[bias.State, bias.Reading, Shown] | None = None
        self._judged = False  # it has been ready since it was last asked for something
        self._told: tuple[str, ...] = ()  # warnings that were said
        around.heat_or_bias.amplifiers.append(self)
        self._declare()
        self.stages = [StagePvs(self, number, partial(_wire, wires, number), self.ask) for number in amplifier.numbers]

    def _declare(self) -> None:
        pv, declare = self.pv, self.declare
        self.bias = declare(Record(name=pv("BIAS"), kind="mbbi", states=BIASES, doc="How it is biased"))
        self.cold = declare(Record(name=pv("BIAS:COLD"), kind="bi", states=("No", "Yes"),
                                   doc="Biased otherwise than for the warm"))  # fmt: skip
        self.wish = declare(Record(name=pv("BIAS:SP"), kind="mbbo", states=WISHES, writable=True, stays_open=True,
                                   doc="Bias of the table, or Off"), about=About(restorable=False))  # fmt: skip
        self.desk.alias(pv("BIAS:SP:RBV"), pv("BIAS"))
        self.accept(self.wish, self._put)
        yes_no: dict[str, Any] = {"kind": "bi", "states": ("No", "Yes")}
        self.ready = declare(Record(name=pv("READY"), **yes_no, doc="Every stage is where it is to be", initial="No"))
        self.state = declare(Record(name=pv("STATE"), kind="mbbi", states=tuple(phase.value for phase in Phase),
                                    severities={"Tripped": "MAJOR"}, doc="What the biasing does"),
                             about=About(alert=alerts.BIAS_STATE))  # fmt: skip
        self.trip = declare(Record(name=pv("TRIP"), kind="bi", states=("OK", "Tripped"), doc="Latched until RESET",
                                   severities={"Tripped": "MAJOR"}, initial="OK"),
                            about=About(alert=alerts.BIAS_TRIP))  # fmt: skip
        self.why = declare(Record(name=pv("TRIP:WHY"), kind="stringin", doc="Why it tripped", initial=""))
        self.why_long = declare(Record(name=pv("TRIP:WHY:LONG"), kind="charin", length=LONG, doc="The same in full",
                                       initial=""))  # fmt: skip
        self.warning = declare(Record(name=pv("WARN"), **yes_no, severities={"Yes": "MINOR"},
                                      doc="Something is wrong and left alone", initial="No"),
                               about=About(alert=alerts.BIAS_WARNING))  # fmt: skip
        self.guard = AmplifierGuard(self, self.around.unprotected)
        declare(Record(name=pv("SERIAL"), kind="stringin", doc="Serial number", initial=self.spec.serial[:SHORT]))
        place = self.around.thermometer.device.name
        self.window = declare(Record(name=pv("WINDOW"), kind="mbbi", states=WINDOWS, doc="Bias its temperature allows"),
                              needs=place)  # fmt: skip
        number: dict[str, Any] = {"kind": "ai", "precision": 2}
        self.power = declare(Record(name=pv("POWER"), **number, unit="mW", doc="Power in all its transistors"))
        self.noise = declare(Record(name=pv("TN"), **number, unit="K", doc="Noise temperature, estimated"))
        self.gain = declare(Record(name=pv("GAIN"), **number, unit="dB", doc="Gain, estimated"))
        self.command("OFF", "Drains down, then everything off", self._off, stays_open=True)
        self.command("RESET", "Forget a trip; switches nothing on", self._reset)

    # --- what is asked ------------------------------------------------------------------------------

    def ask(self, request: bias.Request) -> None:
        """Ask for another bias; READY goes before the put completes.

        Raises
        ------
        Refused
            Why not.
        """
        if isinstance(request, ChangeStage):
            self._insist(Bias.COLD if self.biased_cold else Bias.WARM, switching_on=False)
        self.loop.ask(request)
        self._judged = False
        self.ready.post("No")

    async def _put(self, request: Put) -> None:
        wanted = Bias(request.value)
        if wanted is not Bias.OFF:
            self._insist(wanted, switching_on=True)
            if wanted is Bias.COLD:
                self.around.heat_or_bias.may_bias_cold()
        self.ask(SwitchTo(wanted))
        self.wish.post(request.value, force=True)

    def _insist(self, wanted: Bias, *, switching_on: bool) -> None:
        """Raise :class:`Refused`, naming the interlock, while one holds such a bias off."""
        names = (self.name, self.cold_name) if wanted is Bias.COLD else (self.name,)
        for name in names:
            if why := self.interlocks.refusal(name, switching_on=switching_on):
                raise Refused(why)

    async def _off(self) -> None:
        """Put it off and wait until it is; what trips on the way is off as well a moment later."""
        self.ask(SwitchTo(Bias.OFF))
        self.wish.post("Off")
        await self._steps_until(lambda: self._is_off() or self._shown().phase is Phase.TRIPPED)
        try:
            async with self.loop.clock.timeout(CONFIRM):
                await self._steps_until(self._is_off)
        except TimeoutError:
            shown = self._shown()
            raise DeviceRefused(f"not confirmed off: {'; '.join(shown.warnings) or shown.why}") from None

    async def comes_off(self) -> None:
        """Return when it is known to be off."""
        await self._steps_until(self._is_off)

    def _is_off(self) -> bool:
        return self._shown().bias == Bias.OFF.value

    async def _steps_until(self, there: Callable[[], bool]) -> None:
        while not there():
            self._stepped.clear()
            await self._stepped.wait()

    async def _reset(self) -> None:
        """Forget a trip; who then resets the interlock of it, or puts a bias, finds nothing of it left."""
        self.loop.ask(Reset())
        await self._steps_until(lambda: self.trip.value == "OK")
        try:
            async with self.loop.clock.timeout(CONFIRM):
                await self._steps_until(lambda: not self.loop.acted())
        except TimeoutError:
            raise DeviceRefused(f"not cleared: {'; '.join(self.loop.acted())}") from None

    def objection(self) -> str:
        """Return which trip waits for its reset; empty: none."""
        return f"{self.name} tripped: {self.why_long.value}" if self.trip.value == "Tripped" else ""

    @property
    def biased_cold(self) -> bool | None:
        """Whether it is biased, or being biased, otherwise than for a warm cryostat; None where that is not known."""
        state, shown = self.loop.state, self._shown()
        if shown.bias is None:
            return None
        cold = Bias.WARM not in (state.basis, state.bias) or state.then is Bias.COLD
        return shown.bias != Bias.OFF.value and cold

    # --- what is shown ------------------------------------------------------------------------------

    def _surroundings(self) -> Surroundings:
        thermometer = self.around.thermometer
        rate = thermometer.rate.value if thermometer.rate.valid else None
        return Surroundings(kelvin=thermometer.reading.kelvin, rate=rate, cold=self.around.cold())

    def _shown(self) -> Shown:
        """Return what state and reading mean; interlocks ask again and again between two steps."""
        state, reading = self.loop.state, self.loop.reading
        if self._seen is None or self._seen[0] is not state or self._seen[1] is not reading:
            self._seen = (state, reading, bias.show(self.amplifier, state, reading))
        return self._seen[2]

    def _changed(self) -> None:
        """Show what a step has left."""
        shown, state, reading = self._shown(), self.loop.state, self.loop.reading
        self._judged = (self._judged or shown.ready) and shown.phase is Phase.HOLD
        self._show_state(shown)
        self.guard.show(shown.unlimited, lost=bool(state.lost))
        biased_cold = self.biased_cold
        show(self.cold, None if biased_cold is None else "Yes" if biased_cold else "No")
        points = bias.at_connector(self.amplifier, reading)
        row = self._nominal(shown, state)
        off = shown.bias == Bias.OFF.value
        for number, stage in enumerate(self.stages):
            target = state.targets[number] if state.targets and not off else None
            nominal = row.stages[number] if row is not None else None
            stage.show(Seen(points[number], target, nominal, shown.locked[number], self._judged, off), reading)
        self._show_whole(points, off=off)
        self._stepped.set()
        for watcher in self._watchers:
            watcher()

    def watch(self, call: Callable[[], None]) -> None:
        """Call ``call`` after every step."""
        self._watchers.append(call)

    def _show_state(self, shown: Shown) -> None:
        before = self.bias.value if self.bias.valid else ""
        show(self.bias, shown.bias)
        self.state.post(shown.phase.value)
        self.ready.post("Yes" if shown.ready else "No")
        if shown.bias in WISHES and (shown.bias != before or not self.wish.valid):
            self.wish.post(shown.bias)
        elif shown.bias is None:
            show(self.wish, None)
        if shown.why and self.trip.value == "OK":
            self.say(f"Tripped: {shown.why}")
        self.trip.post("Tripped" if shown.tripped else "OK")
        self.why.post(shown.why[:SHORT])
        self.why_long.post(shown.why[: LONG - 1])
        for text in shown.warnings:
            if text not in self._told:
                self.say(text)
        self._told = shown.warnings
        self.warning.post("Yes" if shown.warnings else "No")

    def _nominal(self, shown: Shown, state: bias.State) -> Row | None:
        """Return the row of the table that counts: of the bias, or of the window while nothing is on."""
        kelvin = self.loop.reading.around.kelvin
        window = None if kelvin is None else bias.window_of(self.amplifier, kelvin)
        show(self.window, None if kelvin is None else window.value if window is not None else "Neither")
        basis = window if shown.bias in (Bias.OFF.value, None) else state.basis
        return table_row(self.spec, basis.value) if basis is not None else None

    def _show_whole(self, points: Sequence[bias.Point | None], *, off: bool) -> None:
        known = [point for point in points if point is not None]
        complete = len(known) == len(points)
        show(self.power, 1e3 * sum(point.drain * point.current for point in known) if complete else None)
        kelvin = self.loop.reading.around.kelvin
        found = None
        if complete and kelvin is not None and not off:
            found = estimate(self.spec.bias, kelvin, [(point.drain, point.current) for point in known])
        show(self.noise, found.noise if found else None)
        show(self.gain, found.gain if found else None)


def _wire(wires: Mapping[Terminal, Wire], number: int, port: Port) -> Wire:
    return wires[Terminal(number, port)]

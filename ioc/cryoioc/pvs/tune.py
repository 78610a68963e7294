"""Autotune of a loop: start, state, and why it cannot start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryoioc.errors import DeviceRefused, Refused
from cryoioc.pvs.about import About
from cryoioc.pvs.device import Values
from cryoioc.records import Put

if TYPE_CHECKING:
    from cryoioc.link import Conversation
    from cryoioc.pvs.loop import LoopGroup

MODES = ("Off", "P", "PI", "PID")
NEAR = 5.0  # K; the reading must be this near the setpoint (lakeshore-protocol.md 6.7 [M350])


class Tune:
    """``TUNE``, ``TUNE:SP`` and ``TUNE:STATE`` of one loop."""

    def __init__(self, loop: LoopGroup) -> None:
        self.loop, self.device = loop, loop.device
        self.slot = self.device.slot("TUNEST")
        self.start = self.device.model["ATUNE"]
        self._mode = "Off"  # what was started here; the instrument does not say which mode runs
        common: dict[str, Any] = {"states": MODES}
        self.truth = loop.channel("TUNE", self.slot, kind="mbbi", **common, doc="Autotune that runs")
        self.wish = loop.channel("TUNE:SP", self.slot, set=self.start.set, kind="mbbo", **common, writable=True,
                                 doc="Start autotune", about=About(restorable=False))  # fmt: skip
        loop.desk.alias(loop.pv("TUNE:SP:RBV"), loop.pv("TUNE"))
        self.state = loop.channel("TUNE:STATE", self.slot, kind="stringin", doc="Progress or failure of autotune")
        self.device.watch(self.slot, self._good, self._bad)
        loop.accept(self.wish, self.put)

    @property
    def active(self) -> bool:
        """Whether this loop is being tuned."""
        values = self.slot.values
        return values is not None and self._runs(values)

    def _runs(self, values: Values) -> bool:
        return bool(values["active"] == "On" and values["output"] == self.loop.spec.output)

    def _good(self, values: Values) -> None:
        runs = self._runs(values)
        if runs:
            self.state.post(f"stage {values['stage']} of 10")
        elif values["error"] == "On" and values["output"] in (0, self.loop.spec.output) and self._mode != "Off":
            self.state.post(f"failed in stage {values['stage']}")
            self.loop.say(f"Autotune failed in stage {values['stage']}")
            self._mode = "Off"
        elif self._mode != "Off":
            self.state.post("done")
            self._mode = "Off"
        elif not self.state.valid or self.state.value == "":
            self.state.post("idle")
        # A run started at the front panel is shown as PID: its mode cannot be asked for.
        shown = (self._mode if self._mode != "Off" else "PID") if runs else "Off"
        self.truth.post(shown)
        if self.wish.value != shown or not self.wish.valid:
            self.wish.post(shown, force=True)
        self.loop.update()

    def _bad(self, status: str) -> None:
        for channel in (self.truth, self.wish, self.state):
            channel.invalidate(status)

    async def put(self, request: Put) -> None:
        """Start autotune once its conditions hold; there is no command that ends it."""
        loop, device, n = self.loop, self.device, self.loop.spec.output
        device.insist_on_link()
        values = device.known(self.slot)
        if request.value == "Off":
            if self._runs(values):
                raise Refused("no command ends autotune: put RANGE Off")
            return
        loop.insist()
        if values["active"] == "On":
            raise Refused(f"output {values['output']} is being tuned already")
        self._check_conditions()

        async def work(talk: Conversation) -> Values:
            ask = self.slot.row.ask()
            (reply,) = await device.checked(talk, [self.start.tell({"mode": request.value}, n), ask])
            return self.slot.row.parse(reply)

        result = await device.transact(work)
        if result["error"] == "On":
            raise DeviceRefused(f"autotune did not start: stage {result['stage']:02d}")
        self._mode = str(request.value)
        device.learn(self.slot, result, loop.desk.clock.now())

    def _check_conditions(self) -> None:
        loop = self.loop
        reading, setpoint = loop.reading, loop.target.setpoint
        if loop.mode not in ("Closed loop",):
            raise Refused(f"autotune needs mode Closed loop, not {loop.mode}")
        if loop.output.range in (None, "Off"):
            raise Refused("autotune needs the heater on: RANGE is Off")
        if reading is None or reading.kelvin is None or setpoint is None:
            raise Refused("autotune needs a valid reading")
        if abs(reading.kelvin - setpoint) > NEAR:
            raise Refused(f"reading is {abs(reading.kelvin - setpoint):.1f} K from SETPOINT, limit {NEAR:g}")

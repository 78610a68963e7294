"""What a draw has shown: peaks, damage, what the IOC said, and how long what took."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryoioc.rehearsal.stage import Stage
from cryosim.emulators.alicat import Alicat
from cryosim.emulators.lakeshore import LakeShore
from cryosim.plant.stvp import Stvp
from cryosim.plant.stvp_parameters import SLPM
from cryosim.plant.stvp_state import SAMPLE, VAPORIZER, WINDING

LOOK = 0.05  # s between two looks: how exactly a reaction is timed
LOOK_AT_CONTROL = 0.5  # s, where there is no reaction to be timed
LIMIT = 325.0  # K of vaporizer and sample: feedthrough's label, end of the curve (physics.md 3.10)
ENOUGH = 1.0  # SLPM; station's minimum
SILENT = ("FM1 silence", "FM1 no_reply", "FM1 disconnect")
BYPASSED = "NOFLOW bypassed"
UNREACHABLE = ("TC1 silence", "TC1 no_reply", "TC1 disconnect")

METER, TRUE_FLOW, METER_SILENT, AWAY = "meter", "true flow", "meter silent", "unreachable"


@dataclass
class Seen:
    """Of one draw."""

    winding: float = 0.0  # K, highest
    vaporizer: float = 0.0  # K
    sample: float = 0.0  # K
    burnt: bool = False  # winding open, or soft-solder joints failed
    detected: float | None = None  # s from the first hazard to the first trip or OK No, if all was well until then
    first: str = ""  # interlock that tripped first
    tlimit: bool = False  # the controller's own limit switched off
    off_at: float | None = None  # s since the beginning, when the last range went off
    restarts: int = 0
    refused: int = 0  # puts
    internal: int = 0  # instruments whose service met a fault in the IOC's own code
    played: float = 0.0  # s
    reactions: dict[str, float] = field(default_factory=dict)  # s

    @property
    def violated(self) -> bool:
        """Whether vaporizer or sample got beyond what they are made for."""
        return max(self.vaporizer, self.sample) > LIMIT


class Watch:
    """Looks at a stage until it has nothing more to show.

    Parameters
    ----------
    stage : Stage
    plant : Stvp
        Its plant.
    """

    def __init__(self, stage: Stage, plant: Stvp) -> None:
        controller, meter = (stage.world.installed[name].instrument for name in ("TC1", "FM1"))
        assert isinstance(controller, LakeShore) and isinstance(meter, Alicat)
        self.stage, self.plant, self.controller, self.meter = stage, plant, controller, meter
        self.seen = Seen()
        self.begun = stage.clock.now()
        self.hindered = False  # the IOC or its line has been away
        self.unheard = False  # the meter has failed, or what it says was bypassed
        self._since: dict[str, float] = {}  # reactions that are waited for
        self._first: float | None = None  # s, first hazard
        self._well = False  # all was well when it came

    @property
    def elapsed(self) -> float:
        """Time since the beginning, [s]."""
        return self.stage.clock.now() - self.begun

    def hazard(self, name: str, outage: bool) -> None:
        """Note that something has just gone wrong."""
        now = self.elapsed
        if self._first is None:
            self._first = now
            self._well = self.stage.get("OK") == "Yes"
        quiet = self.controller.heats() and not self._tripped() and not self.hindered
        if name in SILENT and quiet and not self.unheard:
            self._since[METER_SILENT] = now
        if name in UNREACHABLE and quiet:
            self._since[AWAY] = now
        self.hindered = self.hindered or outage
        self.unheard = self.unheard or name.startswith("FM1") or name == BYPASSED
        spoilt = (*((METER, TRUE_FLOW, METER_SILENT) if outage or name == BYPASSED else ()),
                  *((METER, TRUE_FLOW) if self.unheard else ()))  # fmt: skip
        for reaction in spoilt:
            self._since.pop(reaction, None)

    def look(self) -> None:
        """Look once."""
        seen, state = self.seen, self.plant.state
        seen.winding = max(seen.winding, state.kelvin[WINDING])
        seen.vaporizer = max(seen.vaporizer, state.kelvin[VAPORIZER])
        seen.sample = max(seen.sample, state.kelvin[SAMPLE])
        seen.burnt = seen.burnt or state.winding_open or state.joints_failed
        self._react()
        self._listen()

    def _react(self) -> None:
        now, heats = self.elapsed, self.controller.heats()
        if not heats:
            for reaction in (METER, TRUE_FLOW, METER_SILENT):
                since = self._since.pop(reaction, None)
                if since is not None:
                    self.seen.reactions[reaction] = now - since
            if self.seen.off_at is None:
                self.seen.off_at = now
            return
        self.seen.off_at = None
        if self.hindered or self.unheard or self._tripped():
            return
        for reaction, flow in ((METER, self.meter.reading().mass_flow), (TRUE_FLOW, self.plant.state.flow / SLPM)):
            if flow >= ENOUGH:
                self._since.pop(reaction, None)
            elif reaction not in self.seen.reactions:
                self._since.setdefault(reaction, now)

    def _listen(self) -> None:
        stage, seen = self.stage, self.seen
        if not stage.running:
            return
        if AWAY in self._since and stage.get("TC1:ANSWERS") == "No":
            seen.reactions[AWAY] = self.elapsed - self._since.pop(AWAY)
        if not seen.first:
            seen.first = str(stage.get("INTLK:FIRST") or "")
        told = bool(seen.first) or stage.get("OK") == "No"
        if self._well and told and seen.detected is None and self._first is not None:
            seen.detected = self.elapsed - self._first
        seen.tlimit = seen.tlimit or "TLIMIT" in str(stage.get("LOOP1:DROPPED:WHY") or "")

    def _tripped(self) -> bool:
        return bool(self.stage.get("INTLK") == "Tripped")

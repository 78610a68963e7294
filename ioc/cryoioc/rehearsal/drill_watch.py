"""What a draw has shown: peaks, damage, what the IOC said, and how long what took."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryoioc.rehearsal.drill_scene import CONTROLLER, METER, Scene, Sight

LOOK = 0.05  # s between two looks: how exactly a reaction is timed
LOOK_AT_CONTROL = 0.5  # s, where there is no reaction to be timed
LIMIT = 325.0  # K of vaporizer and sample: feedthrough's label, end of the curve (physics.md 3.10)
ENOUGH = 1.0  # SLPM; station's minimum
# Helium that settles between the two at the valve is more at the meter, for as long as the cryostat warms and what is
# in it expands: it is little, not lost, and seen when the meter says so.
LOST = 0.5  # SLPM
SILENT = ("FM1 silence", "FM1 no_reply", "FM1 disconnect")
BYPASSED = "NOFLOW bypassed"
UNREACHABLE = ("TC1 silence", "TC1 no_reply", "TC1 disconnect")

BELOW_MINIMUM, TRUE_FLOW, METER_SILENT, AWAY = "meter", "true flow", "meter silent", "unreachable"
RESTS = 10.0  # s with every range off and nothing changed, after which nothing comes any more
PERIOD = 20.0  # s; nothing gets warmer when the highest of one period is not above that of the one before
WARMER = 0.05  # K
LESS = 0.01  # share of the flow


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
    internal: int = 0  # faults in the IOC's own code
    played: float = 0.0  # s
    reactions: dict[str, float] = field(default_factory=dict)  # s

    @property
    def violated(self) -> bool:
        """Whether vaporizer or sample got beyond what they are made for."""
        return max(self.vaporizer, self.sample) > LIMIT


class Watch:
    """Looks at a scene until it has nothing more to show.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.seen = Seen()
        self.begun = scene.clock.now()
        self.hindered = False  # the IOC or its line has been away
        self.unheard = False  # the meter has failed, or what it says was bypassed
        self._fed = False  # helium has come through the valve, so that it can be lost
        self._since: dict[str, float] = {}  # reactions that are waited for
        self._first: float | None = None  # s, first hazard
        self._well = False  # all was well when it came
        self._trend = Trend(0.0)
        self._changed_at = 0.0  # s

    @property
    def elapsed(self) -> float:
        """Time since the beginning, [s]."""
        return self.scene.clock.now() - self.begun

    @property
    def calm(self) -> bool:
        """Whether nothing has got warmer, and the flow has not fallen, for two periods since something was changed."""
        return self._trend.calm

    def changed(self) -> None:
        """Note that something has begun or has been put right: what was calm need not stay so."""
        self._trend, self._changed_at = Trend(self.elapsed), self.elapsed

    @property
    def rests(self) -> bool:
        """Whether every range has been off for a while, with nothing changed."""
        off_at = self.seen.off_at
        return off_at is not None and self.elapsed > max(off_at, self._changed_at) + RESTS

    def hazard(self, name: str, outage: bool) -> None:
        """Note that something has just gone wrong."""
        now = self.elapsed
        if self._first is None:
            self._first = now
            self._well = self.scene.get("OK") == "Yes"
        quiet = self.scene.sight().heats and not self._tripped() and not self.hindered
        if name in SILENT and quiet and not self.unheard:
            self._since[METER_SILENT] = now
        if name in UNREACHABLE and quiet:
            self._since[AWAY] = now
        self.hindered = self.hindered or outage
        self.unheard = self.unheard or name.startswith(METER) or name == BYPASSED
        spoilt = (*((BELOW_MINIMUM, TRUE_FLOW, METER_SILENT) if outage or name == BYPASSED else ()),
                  *((BELOW_MINIMUM, TRUE_FLOW) if self.unheard else ()))  # fmt: skip
        for reaction in spoilt:
            self._since.pop(reaction, None)

    def look(self) -> None:
        """Look once."""
        seen, sight = self.seen, self.scene.sight()
        seen.winding = max(seen.winding, sight.winding)
        seen.vaporizer = max(seen.vaporizer, sight.vaporizer)
        seen.sample = max(seen.sample, sight.sample)
        seen.burnt = seen.burnt or sight.burnt
        seen.tlimit = sight.limited
        self._fed = self._fed or sight.flow >= ENOUGH
        self._trend.look(self.elapsed, sight)
        self._react(sight)
        if self.scene.running:
            self._listen()

    def _react(self, sight: Sight) -> None:
        now = self.elapsed
        if not sight.heats:
            for reaction in (BELOW_MINIMUM, TRUE_FLOW, METER_SILENT):
                since = self._since.pop(reaction, None)
                if since is not None:
                    self.seen.reactions[reaction] = now - since
            if self.seen.off_at is None:
                self.seen.off_at = now
            return
        self.seen.off_at = None
        if self.hindered or self.unheard or self._tripped():
            return
        for reaction, flow, least in ((BELOW_MINIMUM, sight.metered, ENOUGH), (TRUE_FLOW, sight.flow, LOST)):
            if flow >= least:
                self._since.pop(reaction, None)
            elif reaction not in self.seen.reactions and self._fed:
                self._since.setdefault(reaction, now)

    def _listen(self) -> None:
        scene, seen = self.scene, self.seen
        if AWAY in self._since and scene.get(f"{CONTROLLER}:ANSWERS") == "No":
            seen.reactions[AWAY] = self.elapsed - self._since.pop(AWAY)
        if not seen.first:
            seen.first = str(scene.get("INTLK:FIRST") or "")
        told = bool(seen.first) or scene.get("OK") == "No"
        if self._well and told and seen.detected is None and self._first is not None:
            seen.detected = self.elapsed - self._first

    def internal(self) -> int:
        """Return how many faults in its own code the IOC counts."""
        return sum(int(self.scene.get(f"{name}:INTERNAL")) for name in self.scene.instruments)

    def _tripped(self) -> bool:
        return bool(self.scene.get("INTLK") == "Tripped")


class Trend:
    """Whether anything still gets warmer, or the flow still falls: one period against the one before.

    Parameters
    ----------
    since : float
        When to begin, [s].

    Attributes
    ----------
    calm : bool
        Over the last two periods.
    """

    def __init__(self, since: float) -> None:
        self.calm = False
        self._since = since
        self._extremes: list[float] | None = None  # of this period: highest temperatures, lowest flow (negative)
        self._before: list[float] | None = None

    def look(self, now: float, sight: Sight) -> None:
        """Take what is true ``now``, [s]."""
        present = [sight.winding, sight.vaporizer, sight.sample, -sight.flow]
        self._extremes = [max(pair) for pair in zip(self._extremes or present, present, strict=True)]
        if now < self._since + PERIOD:
            return
        if self._before is not None:
            *rises, fall = (after - before for after, before in zip(self._extremes, self._before, strict=True))
            self.calm = max(rises) < WARMER and fall < LESS * -self._before[-1] + LESS * ENOUGH
        self._since, self._before, self._extremes = now, self._extremes, None

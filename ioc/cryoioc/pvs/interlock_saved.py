"""What of the interlocks survives a restart: latches with their reasons, narrowed limits, outputs owed an off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cryoioc.pvs.saved import Saved
from cryoioc.safety.engine import Latch
from cryoioc.safety.interlock import State

FORGOTTEN = "INTLK:FORGOTTEN"  # why what was latched is not known


class InterlockMemory:
    """The interlocks' part of the saved numbers and texts."""

    def __init__(self, saved: Saved) -> None:
        self._saved = saved
        self._others: list[str] = []  # latched in the file, and no interlock of the station now

    def latches(self, names: Sequence[str]) -> list[Latch]:
        """Return what was latched, first trip first."""
        found = []
        for name in names:
            order, why = self._saved.get(f"INTLK:{name}:ORDER"), self._saved.get_text(f"INTLK:{name}:WHY")
            if order is not None and why is not None:
                found.append((order, Latch(name, why)))
        return [latch for _, latch in sorted(found, key=lambda pair: pair[0])]

    def forgotten(self, names: Sequence[str]) -> str:
        """Return why not all is held that was latched, since this start or, if nobody has reset since, an earlier one.

        It cannot be read, or it is of an interlock that is none of ``names``: renamed, removed or without input now.
        """
        latched = (name.removeprefix("INTLK:").removesuffix(":ORDER") for name in self._saved.names(":ORDER"))
        self._others = [name for name in latched if name not in names]
        before = self._saved.get_text(FORGOTTEN)
        if before or not (self._saved.aside or self._others):
            return before or ""
        if self._saved.aside:
            return f"latches not known, put INTLK:RESET: {self._saved.aside}"
        return self._unwatched()

    def _unwatched(self) -> str:
        return f"{', '.join(self._others)} latched, and not watched by this station file: put INTLK:RESET"

    def trips(self, names: Sequence[str]) -> dict[str, int]:
        """Return how often each has tripped."""
        return {name: int(self._saved.get(f"INTLK:{name}:TRIPS") or 0) for name in names}

    def keep(self, states: Mapping[str, State], latches: Sequence[Latch], forgotten: str) -> None:
        """Note what is latched now, how often each has tripped, and whether something was forgotten."""
        # What is not watched stays in the file as it is: a station file that has it again holds it again.
        self._saved.put_text(FORGOTTEN, forgotten if forgotten and forgotten != self._unwatched() else None)
        while self._others and not forgotten:
            name = self._others.pop()
            self._saved.put(f"INTLK:{name}:ORDER", None)
            self._saved.put_text(f"INTLK:{name}:WHY", None)
        order = {latch.name: number for number, latch in enumerate(latches)}
        for name, state in states.items():
            self._saved.put(f"INTLK:{name}:ORDER", order.get(name))
            self._saved.put_text(f"INTLK:{name}:WHY", state.why if name in order else None)
            self._saved.put(f"INTLK:{name}:TRIPS", state.trips or None)

    def limit(self, name: str, declared: float) -> float | None:
        """Return the limit a person has put; None if it is, or has become, the station file's."""
        limit = self._saved.setting(f"INTLK:{name}:LIMIT", declared)
        return float(limit) if limit is not None else None

    def keep_limit(self, name: str, limit: float, declared: float) -> None:
        """Note the limit a person has put in place of the station file's."""
        self._saved.put(f"INTLK:{name}:LIMIT", limit, declared)

    def drop_limit(self, name: str, why: str) -> None:
        """Forget a limit that the station file has no use for any more, and tell."""
        self._saved.drop(f"INTLK:{name}:LIMIT", why)

    def owed(self, names: Iterable[str]) -> list[str]:
        """Return what was to be put off and not confirmed when the IOC ended."""
        return [name for name in names if self._saved.get(f"INTLK:OFF:{name}")]

    def owe(self, names: Iterable[str], owed: bool) -> None:
        """Note whether the off of some outputs is still to be confirmed."""
        for name in names:
            self._saved.put(f"INTLK:OFF:{name}", 1.0 if owed else None)

    def flush(self) -> None:
        """Write it down now."""
        self._saved.flush()

"""What goes wrong with the receiver while its amplifiers are biased cold, and what its transistors must survive.

A transistor is lost within a millisecond; nobody saves it then.  What can be saved is one whose supply has just been
made able to destroy it: a limit raised at the front panel, before the strain comes.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from cryosim.drill.draw import SHORT, Drawn, Event
from cryosim.drill.hazards import AtInstrument, ByPut, Hazard, InPlant, Killed

NOTICED = 1.0  # s in which a raised limit must have been noticed and the drains switched off
GAP = (0.2, 6.0)  # s between weakening and strain
WINDOW = (1.0, 8.0)  # s, when things go wrong
STRAINED = 0.6  # share of the draws with a strain
SUPPLIES = {"LCP": ("PS2", "PS3"), "RCP": ("PS4", "PS5")}  # of drains and of gates


def _panel(name: str, instrument: str, change: str) -> Hazard:
    return Hazard(name, AtInstrument(instrument, "front_panel", {"change": change}), lasting=True)


def _line(instrument: str, kind: str) -> Hazard:
    return Hazard(f"{instrument} {kind}", AtInstrument(instrument, kind), outage=instrument.startswith("PS"))


def _stuck(instrument: str) -> Hazard:
    act = AtInstrument(instrument, "stuck_output", {"channel": 1})
    return Hazard(f"{instrument} stuck_output 1", act, outage=True, lasting=True)


COOLER = (
    Hazard("compressor_trips", InPlant("compressor_trips"), lasting=True),
    Hazard("leak", InPlant("leak", (1e-3, 1e-1)), lasting=True),
    Hazard("worn", InPlant("worn", (0.3, 0.9)), lasting=True),
    Hazard("stage2_stuck", InPlant("stage2_stuck", (15.0, 300.0)), lasting=True),
)
LINES = (
    *(_line(supply, kind) for both in SUPPLIES.values() for supply in both
      for kind in ("silence", "garbage", "disconnect", "power_cycle")),
    *(_line(instrument, "disconnect") for instrument in ("TM1", "AI1", "VG1")),
    _line("TM1", "silence"),
)  # fmt: skip
OUTPUTS = tuple(_stuck(supply) for both in SUPPLIES.values() for supply in both)
HANDS = (
    *(_panel(f"{name}: a drain switched off", drains, "1 on 0") for name, (drains, _) in SUPPLIES.items()),
    *(_panel(f"{name}: a drain turned up", drains, "2 volts 1.9") for name, (drains, _) in SUPPLIES.items()),
    *(_panel(f"{name}: a gate turned up", gates, "1 volts 0.5") for name, (_, gates) in SUPPLIES.items()),
    *(_panel(f"{name}: a gate switched off", gates, "2 on 0") for name, (_, gates) in SUPPLIES.items()),
    Hazard("too much current asked for", ByPut((("LCP:S1:ID:SP", 14.0), ("RCP:S2:VD:SP", 3.0))), lasting=True),
    Hazard("warm bias asked for", ByPut((("RCP:BIAS:SP", "Warm"),)), lasting=True),
)
PROCESS = (Hazard("IOC killed", Killed(), outage=True),)
HAZARDS: Mapping[str, Hazard] = {one.name: one for one in (*COOLER, *LINES, *OUTPUTS, *HANDS, *PROCESS)}


@dataclass(frozen=True)
class Strain:
    """A protection raised at the front panel, and what then destroys a transistor."""

    weakening: Hazard
    blow: Hazard


STRAINS = tuple(
    strain
    for name, (drains, gates) in SUPPLIES.items()
    for strain in (
        Strain(_panel(f"{name}: current limit raised", drains, "1 limit 0.1"),
               Hazard(f"{name}: gates lose their mains", AtInstrument(gates, "power_cycle"), lasting=True)),
        Strain(_panel(f"{name}: over-voltage protection raised", drains, "1 ovp 6"),
               _panel(f"{name}: drain turned up to 4 V", drains, "1 volts 4")),
    )
)  # fmt: skip


@dataclass(frozen=True)
class ReceiverDraw(Drawn):
    """What is played on the receiver."""

    seed: int
    number: int
    events: tuple[Event, ...]
    gap: float | None = None  # s between weakening and blow; None: no strain

    @property
    def unsavable(self) -> str:
        """Why nobody can ask of the IOC that it saves the transistors; empty: it must."""
        if self.gap is None:
            return ""
        strain = next(strain for strain in STRAINS if strain.weakening.name in self.names)
        weakening = next(event for event in self.events if event.hazard == strain.weakening)
        for event in self.events:
            gap = abs(event.at - weakening.at)
            if event.hazard.act == strain.blow.act and gap < NOTICED:  # a supply may lose its mains twice
                return f"{gap:.1f} s between weakening and blow"
            ends = event.at + event.duration if event.duration is not None else weakening.at + self.gap
            away = event.at < weakening.at + self.gap and ends > weakening.at - NOTICED
            if away and _hides(event.hazard, weakening.hazard):
                return f"{event.hazard.name} between weakening and blow"
        return ""


def _hides(outage: Hazard, weakening: Hazard) -> bool:
    """Say whether while one lasts the other cannot be noticed, or the drains behind it not be switched off."""
    if isinstance(outage.act, AtInstrument) and isinstance(weakening.act, AtInstrument):
        return outage.outage and outage.act.instrument == weakening.act.instrument
    return outage.outage


def receiver_draw(seed: int, number: int) -> ReceiverDraw:
    """Return one draw of a seed: the table in turn, strains in turn, one more by chance."""
    chance = random.Random(f"receiver {seed} {number}")
    table = list(HAZARDS.values())
    turn = random.Random(f"receiver {seed} round {number // len(table)}")
    turn.shuffle(table)
    chosen = {hazard.name: hazard for hazard in (table[number % len(table)], chance.choice(table))}
    events = [_event(chance, hazard) for hazard in chosen.values()]
    gap = None
    if chance.random() < STRAINED:
        strain, at, gap = STRAINS[number % len(STRAINS)], chance.uniform(*WINDOW), chance.uniform(*GAP)
        events += [Event(at, strain.weakening), Event(at + gap, strain.blow)]
    return ReceiverDraw(seed, number, tuple(sorted(events, key=lambda event: event.at)), gap)


def _event(chance: random.Random, hazard: Hazard) -> Event:
    act = hazard.act
    value = chance.uniform(*act.value) if isinstance(act, InPlant) and act.value else None
    return Event(chance.uniform(*WINDOW), hazard, value, None if hazard.lasting else chance.uniform(*SHORT))

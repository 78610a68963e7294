"""``python -m tests.bias.campaign``: draws of one seed, their table, and whether it holds."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from tests.bias.campaign import forked, in_turn
from tests.bias.campaign.hazards import draw
from tests.bias.campaign.keep import Keep
from tests.bias.campaign.play import LENGTH, Outcome
from tests.bias.campaign.report import PLACES, markdown, missed

from cryoioc.station import load
from cryosim.acceptance_report import parts, write

ROOT = Path(__file__).parents[3]


def main() -> int:
    """Play the draws; return 0 if none shows what must not be, else 1."""
    asked = argparse.ArgumentParser(prog="python -m tests.bias.campaign", description=__doc__)
    asked.add_argument("--runs", type=int, default=500, metavar="N", help="draws")
    asked.add_argument("--seed", type=int, default=1, metavar="N", help="of everything random")
    asked.add_argument("--jobs", type=int, default=2, metavar="N", help="draws at a time")
    asked.add_argument("--pyepics", action="store_true", help="puts and looks are pyepics', over Channel Access")
    asked.add_argument("--keep", type=Path, metavar="FILE", help="outcomes; draws that are in it are not played again")
    asked.add_argument("--doc", type=Path, metavar="FILE", help="document that gets the table")
    wanted = asked.parse_args()
    form, play = ("pyepics", in_turn.play) if wanted.pyepics else ("forked", forked.play)
    if wanted.doc:
        parts(wanted.doc, PLACES[form])
    logging.disable(logging.CRITICAL)  # the faults are let loose on purpose
    station = load(ROOT / "db" / "crx.toml")
    draws = [draw(wanted.seed, number, LENGTH) for number in range(wanted.runs)]
    keep = Keep(wanted.keep, draws)
    outcomes = list(keep.outcomes)

    def done(outcome: Outcome) -> None:
        outcomes.append(outcome)
        keep.add(outcome)
        one = outcome.draw
        words = "; ".join(missed(outcome)) or "as it must be"
        print(f"{len(outcomes)}/{wanted.runs} draw {one.number}: {one.hazard}, {one.amplifier} {one.bias}, at "
              f"{one.at:.1f} s in {outcome.phase}: {outcome.state}, {outcome.why or 'no trip'}: {words}",
              file=sys.stderr, flush=True)  # fmt: skip

    played = {outcome.draw for outcome in outcomes}
    for bias in ("Cold", "Warm"):
        play(station, bias, [one for one in draws if one.bias == bias and one not in played], wanted.jobs, done)
    text = markdown(outcomes, wanted.seed, form)
    print(text)
    if wanted.doc:
        write(wanted.doc, [text], PLACES[form])
    return 1 if any(missed(outcome) for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())

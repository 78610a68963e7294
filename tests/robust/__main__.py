"""The long form of the fuzzer: ``make fuzz``; with ``--write`` its figures go into ``docs/robustness.md``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from cryoioc.station import load

from . import fuzz_client, fuzz_lines
from .fuzz import MOST_GROWTH, FuzzError, run

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "robustness.md"
TO_INPUTS, TO_DRIVERS = 5, 500  # messages to the IOC for each answer to a ``ca:`` input, and of an instrument
BEGIN, END = "<!-- fuzz: written by python -m tests.robust, do not edit -->", "<!-- end of fuzz -->"


def main() -> int:
    """Run it and say what was seen; 1 when the IOC did not survive something, or its memory grows."""
    parser = argparse.ArgumentParser(prog="python -m tests.robust", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the figures into the page")
    options = parser.parse_args()

    def tell(line: str) -> None:
        if sys.stderr.isatty():
            print(f"\r{line}   ", end="", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        try:
            result = run(options.messages, options.seed, Path(folder), tell)
        except (FuzzError, OSError) as error:
            print(f"seed {options.seed}: {error}", file=sys.stderr)
            return 1
    lines = result.lines()
    tell("answers to an input of another IOC")
    client = fuzz_client.run(options.messages // TO_INPUTS, options.seed)
    faults, lines = [*client.faults], [*lines, client.line()]
    for name in ("stvp", "crx"):
        tell(f"lines of the {name}")
        spoilt = fuzz_lines.run(load(ROOT / "db" / f"{name}.toml"), options.messages // TO_DRIVERS, options.seed)
        faults, lines = [*faults, *spoilt.faults], [*lines, spoilt.line(name)]
    print(f"seed {options.seed}: " + "\n".join(lines))
    if options.write:
        said = f"`python -m tests.robust --messages {options.messages} --seed {options.seed} --write`:"
        before, _, rest = PAGE.read_text().partition(BEGIN)
        text = "\n".join([BEGIN, "", said, "", *(f"* {line}." for line in lines), "", END])
        PAGE.write_text(before + text + rest.partition(END)[2])
    if result.leaks:
        faults.append(f"memory has grown by {result.growth:.1f} %, {MOST_GROWTH:g} % allowed")
    print("".join(f"{fault}\n" for fault in faults), end="", file=sys.stderr)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())

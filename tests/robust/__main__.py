"""The long form of the fuzzer: ``make fuzz``; with ``--write`` its figures go into ``docs/robustness.md``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .fuzz import MOST_GROWTH, FuzzError, run

PAGE = Path(__file__).parents[2] / "docs" / "robustness.md"
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
    print(f"seed {options.seed}: " + "\n".join(lines))
    if options.write:
        said = f"`python -m tests.robust --messages {options.messages} --seed {options.seed} --write`:"
        before, _, rest = PAGE.read_text().partition(BEGIN)
        text = "\n".join([BEGIN, "", said, "", *(f"* {line}." for line in lines), "", END])
        PAGE.write_text(before + text + rest.partition(END)[2])
    if result.leaks:
        print(f"memory has grown by {result.growth:.1f} %, {MOST_GROWTH:g} % allowed", file=sys.stderr)
    return int(result.leaks)


if __name__ == "__main__":
    sys.exit(main())

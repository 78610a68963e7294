"""The long form of the fuzzer: ``python -m tests.robust --messages 1000000 --seed 1``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .fuzz import FuzzError, run


def main() -> int:
    """Run it and say what was seen; 1 when the IOC did not survive something."""
    parser = argparse.ArgumentParser(prog="python -m tests.robust", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
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
    print(f"seed {options.seed}: " + "\n".join(result.lines()))
    return 0


if __name__ == "__main__":
    sys.exit(main())

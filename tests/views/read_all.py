"""Get the PVs named on stdin (JSON) from one server; print their values, or their metadata, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aioca
import numpy as np

TIMEOUT = 60.0  # s, only ever reached by a failing test
METADATA = (
    "units",
    "precision",
    "enums",
    "lower_disp_limit",
    "upper_disp_limit",
    "lower_ctrl_limit",
    "upper_ctrl_limit",
)


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return str(value) if isinstance(value, str) else +value


async def main(form: str) -> dict[str, Any]:
    names = json.load(sys.stdin)
    if form == "raw":
        return {n: plain(v) for n, v in zip(names, await aioca.caget(names, timeout=TIMEOUT), strict=True)}
    found = await aioca.caget(names, format=aioca.FORMAT_CTRL, timeout=TIMEOUT)
    return {n: {k: getattr(v, k) for k in METADATA if hasattr(v, k)} for n, v in zip(names, found, strict=True)}


print(json.dumps(asyncio.run(main(sys.argv[1]))))  # noqa: T201

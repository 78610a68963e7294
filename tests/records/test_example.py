"""The example of the documentation does what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_example_refuses_clips_and_stops(free_port, start_client):
    program = f"import asyncio, records_ioc; asyncio.run(records_ioc.main({free_port}))"
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(EXAMPLES), *sys.path])},
        stderr=subprocess.PIPE,
        text=True,
    )
    client = start_client("agent_aioca.py", free_port)
    try:
        assert client.put("DEMO:TEMP:SP", 350.0) == 160
        assert client.get("DEMO:MSG")["value"] == "350 above maximum 325 K"
        assert client.put("DEMO:TEMP:SP", 300.0) == 160
        assert client.get("DEMO:MSG")["value"] == "more than 100 K above the reading"
        assert client.put("DEMO:TEMP:SP", 5.0) == 1
        assert client.put("DEMO:OFFSET", 2000.0) == 1
        assert client.get("DEMO:OFFSET")["value"] == 10.0
        assert client.get("DEMO:TEMP", form="ctrl")["upper_alarm_limit"] == 310.0
    finally:
        client.stop()
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, "")

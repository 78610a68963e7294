"""``cryoioc curve upload`` and ``download`` against an emulated controller behind a real socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from cryoioc.__main__ import main
from cryoioc.clock import Clock
from cryosim.emulators.lakeshore import LakeShore
from cryosim.emulators.line import Line, LineSettings, Spacing
from cryosim.serving import tcp

PATIENCE = 10.0  # s, before a test gives up; nothing is measured with it


@pytest.fixture
def url() -> Iterator[str]:
    """Serve a 335 in a thread of its own, strict about the pauses between messages."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    settings = LineSettings(latency=0.0, spacing=Spacing.DROP)
    line = Line(LakeShore("lakeshore335", {}, {}), Clock(), settings)
    door = tcp(line)
    port = asyncio.run_coroutine_threadsafe(door.__aenter__(), loop).result(PATIENCE)
    yield f"socket://127.0.0.1:{port}"
    asyncio.run_coroutine_threadsafe(door.__aexit__(None, None, None), loop).result(PATIENCE)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_up_refused_forced_and_down_again_to_the_same_bits(url, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def curve(*arguments: str) -> tuple[int, str, str]:
        status = main(["curve", *arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    status, out, _ = curve("upload", "X138113", url, "21")
    assert status == 0 and "curve 21: 147 points written, all read back and right" in out
    assert "reading back" in out and "200/200" in out  # the progress bar
    status, _, err = curve("upload", "DT-670", url, "21")
    assert (status, err) == (2, "cryoioc: curve 21 holds 'X138113' (X138113), 147 points; --force replaces it\n")
    status, out, _ = curve("download", "kept.340", url, "21")
    assert status == 0 and "kept.340: X138113 (X138113), 147 points" in out
    status, out, _ = curve("upload", "kept.340", url, "21")
    assert status == 0 and "curve 21 is this curve already: nothing was written" in out
    assert curve("upload", "DT-670", url, "21", "--force")[0] == 0
    assert curve("download", "other.340", url, "21")[0] == 0
    assert (tmp_path / "other.340").read_text().startswith("Sensor Model:")

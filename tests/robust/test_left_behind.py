"""What is left of connections to instruments that have ended: nothing but the reason, in words."""

from __future__ import annotations

import gc
from collections import Counter

from cryoioc.clock import run_virtual
from cryoioc.link.conversation import Conversation
from cryoioc.link.line import Line
from cryoioc.link.session import Session
from cryoioc.rehearsal import Stage

from ..unguarded import unguarded
from .test_isolation import garbage, half_lines, mend, silent, unplugged

OF_CONNECTIONS = (Line, Session, Conversation)


def alive() -> Counter[type]:
    """Count what there is because of connections to instruments."""
    gc.collect()
    return Counter(type(one) for one in gc.get_objects() if type(one) in OF_CONNECTIONS)


def test_connections_that_have_ended_are_not_kept():
    before = alive()

    async def run() -> None:
        stage = Stage(unguarded(plant="dummy"), seed=1)
        lines = [unit.line for unit in stage.world.installed.values()]
        async with stage.open():
            await stage.clock.sleep(10.0)
            for trouble in (garbage, silent, half_lines, unplugged):
                for line in lines:
                    trouble(line)
                await stage.clock.sleep(7.0)
                if trouble is unplugged:
                    # What has failed is told by the last error, not by the frames it came through.
                    assert alive() - before == Counter()
                    slots = [slot for device in stage.ioc.devices.values() for slot in device.polled()]
                    assert all(slot.error is not None and slot.error.__traceback__ is None for slot in slots)
                for line in lines:
                    mend(line)
                await stage.clock.sleep(15.0)
                assert alive() - before == dict.fromkeys(OF_CONNECTIONS, len(lines))

    run_virtual(run())

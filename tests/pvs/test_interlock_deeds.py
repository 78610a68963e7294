"""What interlocks do to switches of which one obeys and another does not; switches and guarded things are stand-ins."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from cryoioc.clock import Clock, run_virtual
from cryoioc.errors import DeviceRefused
from cryoioc.pvs.interlock_deeds import Deeds
from cryoioc.pvs.interlock_saved import InterlockMemory
from cryoioc.pvs.saved import Saved
from cryoioc.records import Record, make_channel
from cryoioc.safety.enforce import REPORTS


@dataclass(eq=False)
class Switch:
    """Puts one thing off, or is deaf."""

    name: str
    memory: InterlockMemory
    deaf: bool = False
    last_resort: str = ""
    takes: float = 0.0  # s, to put off
    falls: float = 0.0  # s
    also: frozenset[str] = frozenset()  # what else it puts off
    refused: list[str] = field(default_factory=list)
    put_off: list[frozenset[str]] = field(default_factory=list)
    written: list[bool] = field(default_factory=list)  # at each off, whether it was written down before

    @property
    def names(self):
        return frozenset([self.name]) | self.also

    def refuse(self, why):
        self.refused.append(why)

    async def off(self, names, why):
        self.put_off.append(names)
        await Clock().sleep(self.takes)
        self.written.append(bool(self.memory.flushed) and self.memory.owed(names) == list(names))
        if self.deaf:
            raise DeviceRefused("deaf")

    async def fallen(self, names):
        await Clock().sleep(self.falls)


class Memory(InterlockMemory):
    """Knows that it was written down."""

    flushed = 0

    def flush(self):
        self.flushed += 1


@dataclass
class Thing:
    """Something that is guarded."""

    name: str
    on: bool | None = True
    heats: bool = True

    def is_on(self):
        return self.on


def play(check, **things):
    async def run():
        memory = Memory(Saved(None))
        action = make_channel(Record(name="ACTION", kind="mbbi", states=REPORTS, doc="what came of it", initial="None"))
        switches = {name: Switch(name, memory) for name in things}
        guarded = {name: Thing(name, on) for name, on in things.items()}
        deeds = Deeds(guarded, list(switches.values()), lambda: asyncio.sleep(0), memory, action, lambda text: None)
        tasks = [asyncio.ensure_future(enforcer.run()) for enforcer in deeds.enforcers.values()]
        await check(deeds, switches, action)
        for task in tasks:
            task.cancel()

    run_virtual(run())


def test_what_one_switch_has_confirmed_is_not_taken_for_the_other():
    async def check(deeds, switches, action):
        switches["B"].deaf = True
        deeds.switch_off(["A", "B"], "too hot")
        await Clock().sleep(1.0)
        assert deeds.memory.owed(["A", "B"]) == ["B"]
        assert all(switches["A"].written) and all(switches["B"].written) and len(switches["B"].written) > 1

    play(check, A=True, B=True)


def test_a_reset_does_not_forget_what_is_still_to_be_put_off():
    async def check(deeds, switches, action):
        switches["A"].deaf = True
        deeds.switch_off(["A"], "too hot")
        await Clock().sleep(1.0)
        deeds.cleared()
        assert action.value == "Not confirmed"
        switches["A"].deaf = False
        await Clock().sleep(1.0)
        deeds.cleared()
        assert action.value == "None"

    play(check, A=True)


def test_puts_that_wait_are_refused_though_it_is_off_and_what_is_not_known_is_put_off():
    async def check(deeds, switches, action):
        deeds.switch_off(["A", "B"], "too hot")
        await Clock().sleep(1.0)
        assert switches["A"].refused == switches["B"].refused == ["too hot"]
        assert (len(switches["A"].written), len(switches["B"].written)) == (0, 1)

    play(check, A=False, B=None)


def test_what_is_to_go_off_does_not_wait_until_another_output_of_the_same_switch_has_fallen():
    async def check(deeds, switches, action):
        switches["A"].also, switches["A"].falls = frozenset(["B"]), 1.5
        deeds.switch_off(["A"], "too hot")
        await Clock().sleep(0.1)
        deeds.switch_off(["B"], "no flow")
        await Clock().sleep(0.01)
        assert switches["A"].put_off == [{"A"}, {"A", "B"}]
        assert deeds.memory.owed(["A"]) == ["A"]  # it is not known yet whether it falls
        await Clock().sleep(1.6)
        assert deeds.memory.owed(["A", "B"]) == [] and len(switches["A"].put_off) == 2

    play(check, A=True, B=True)


def test_what_is_demanded_while_the_switch_is_busy_goes_off_next_and_what_it_is_busy_with_only_once():
    async def check(deeds, switches, action):
        switches["A"].also, switches["A"].takes, switches["A"].falls = frozenset(["B"]), 0.2, 1.5
        deeds.switch_off(["A"], "too hot")
        await Clock().sleep(0.1)
        deeds.switch_off(["A"], "no flow")
        await Clock().sleep(0.3)
        assert switches["A"].put_off == [{"A"}]  # the same, confirmed since: it falls
        await Clock().sleep(2.0)
        deeds.switch_off(["A"], "too hot")
        await Clock().sleep(0.1)
        deeds.switch_off(["B"], "no flow")
        await Clock().sleep(0.2)
        assert switches["A"].put_off == [{"A"}, {"A"}, {"A", "B"}]

    play(check, A=True, B=True)

"""A mistake in the code for one instrument: that one is not connected and says so, the others stay served."""

from __future__ import annotations

import logging

import pytest

from cryoioc.link.owner import LONGEST_BACKOFF

from .laboratory import Laboratory, scene


class Broken:
    """Code that fails while it is switched on."""

    def __init__(self, lab: Laboratory) -> None:
        self.on, lab.mistaken = False, True

    def __call__(self, *_: object) -> None:
        if self.on:
            raise ValueError("a mistake of ours")


def in_a_reading(lab: Laboratory, fault: Broken) -> None:
    device = lab.ioc.devices["TC1"]
    device.watch(device.slot("KRDG", "A"), fault)


def in_what_is_read_once_on_connect(lab: Laboratory, fault: Broken) -> None:
    device = lab.ioc.devices["TC1"]
    device.watch(device.slot("INNAME", "A"), fault)
    device.on_edge(lambda: fault() if device.connected else None)
    fault.again = lambda: lab.world.installed["TC1"].line.disconnect()


def in_the_identification(lab: Laboratory, fault: Broken) -> None:
    device = lab.ioc.devices["TC1"]
    identify = device.identify

    def broken(reply):
        fault()
        return identify(reply)

    device.identify = broken
    fault.again = lambda: lab.world.installed["TC1"].line.disconnect()


def in_the_tick(lab: Laboratory, fault: Broken) -> None:
    ticking = lab.ioc.ticking
    (group,) = [group for group in lab.ioc.thermometers if group.name == "VAP"]
    place = ticking.index((group.tick, (group.device,)))
    ticking.insert(place, (fault, (group.device,)))


def in_a_loop(lab: Laboratory, fault: Broken) -> None:
    loop = lab.ioc.loops[0]
    update = loop.update

    def broken():
        fault()
        update()

    loop.update = broken


def in_the_background(lab: Laboratory, fault: Broken) -> None:
    group = next(group for group in lab.ioc.thermometers if group.name == "VAP")
    show = group.show_curve

    def broken(header):
        fault()
        show(header)

    group.show_curve = broken


WHERE = [
    in_a_reading,
    in_what_is_read_once_on_connect,
    in_the_identification,
    in_the_tick,
    in_a_loop,
    in_the_background,
]


@pytest.mark.parametrize("where", WHERE, ids=lambda where: where.__name__)
@scene()
async def test_one_instrument_is_not_connected_says_why_and_comes_back(lab, where):
    fault = Broken(lab)
    where(lab, fault)
    assert lab["TC1:ERRORS"] == lab["TC1:INTERNAL"] == 0
    fault.on = True
    if hasattr(fault, "again"):
        fault.again()
    await lab.becomes("TC1:CONNECTED", "No")
    assert lab.alarm("TC1:CONNECTED") == ("STATE", "MAJOR")
    assert lab.alarm("VAP:TEMP") == lab.alarm("LOOP1:RANGE") == lab.alarm("LOOP1:P:SP") == ("COMM", "INVALID")
    await lab.until(lambda: lab["TC1:INTERNAL"] > 0)
    assert lab["TC1:ERRORS"] >= lab["TC1:INTERNAL"]
    assert "internal error: ValueError: a mistake of ours" in lab["TC1:LASTERR"]
    assert "not connected" in await lab.refused("LOOP1:P:SP", 33.0)
    times: dict[str, list[tuple[int, int]]] = {"VAP:TEMP": [], "FLOW": []}
    for _ in range(30):
        await lab.run(2.0)
        assert (lab["FM1:CONNECTED"], lab.alarm("FLOW")) == ("Yes", ("NO_ALARM", "NO_ALARM"))
        for name, seen in times.items():
            seen.append(lab.channel(name).stamp)
    for seen in times.values():
        assert seen == sorted(set(seen)), "both go on"
    fault.on = False
    await lab.becomes("TC1:CONNECTED", "Yes", within=LONGEST_BACKOFF + 5.0)
    await lab.until(lambda: lab.channel("VAP:TEMP").valid and lab.channel("LOOP1:P:SP").valid)
    await lab.put("LOOP1:P:SP", 33.0)
    await lab.sweep()
    assert lab["TC1:CONNECTED"] == "Yes"
    wrong = [name for name, entry in lab.ioc.desk.entries.items() if entry.query and not lab.channel(name).valid]
    assert wrong == []


@scene()
async def test_it_is_tried_again_less_and_less_often(lab):
    fault = Broken(lab)
    in_a_reading(lab, fault)
    mark = lab.mark()
    fault.on = True
    await lab.run(120.0)
    times = [when for when, _, data in lab.world.installed["TC1"].line.log[mark:] if b"*IDN?" in data]
    gaps = [b - a for a, b in zip(times, times[1:], strict=False)]
    assert 10 <= len(times) <= 25
    assert max(gaps[:2]) < 3.0 and min(gaps[-5:]) >= LONGEST_BACKOFF


@scene()
async def test_the_message_of_the_instrument_says_it(lab):
    fault = Broken(lab)
    in_a_reading(lab, fault)
    said = lab.record("TC1:MSG:LONG")
    fault.on = True
    await lab.becomes("TC1:CONNECTED", "No")
    assert "internal error: ValueError: a mistake of ours" in said.values


@scene()
async def test_its_trace_is_logged_once(lab, caplog):
    fault = Broken(lab)
    in_a_reading(lab, fault)
    with caplog.at_level(logging.WARNING):
        fault.on = True
        await lab.run(60.0)
    traces = [record for record in caplog.records if record.exc_info and record.name == "cryoioc.link.TC1"]
    assert len(traces) == 1


@scene()
async def test_a_mistake_in_what_makes_a_pv_invalid_leaves_none_of_them_valid(lab):
    fault = Broken(lab)
    device = lab.ioc.devices["TC1"]
    slot = device.slot("KRDG", "A")
    slot.bad.insert(0, fault)
    for watcher in slot.bad[1:]:
        slot.bad[slot.bad.index(watcher)] = fault  # none of its PVs hears of it
    fault.on = True
    lab.unplug()
    await lab.becomes("TC1:CONNECTED", "No")
    for name in ("VAP:TEMP", "VAP:VALID", "VAP:STATUS", "LOOP1:TEMP", "LOOP1:INPOS", "LOOP1:RANGE", "SAMPLE:TEMP"):
        assert lab.alarm(name) == ("COMM", "INVALID"), name
    for name in ("TC1:ERRORS", "LOOP1:TOL", "VAP:MSG", "FLOW"):
        assert lab.channel(name).valid, name
    await lab.until(lambda: lab["TC1:INTERNAL"] > 0)
    lab.plug_in()
    await lab.becomes("TC1:CONNECTED", "Yes")
    await lab.until(lambda: all(lab.channel(name).valid for name in ("VAP:TEMP", "VAP:VALID", "LOOP1:INPOS")))

"""The insulating vacuum: what two gauges give together, and a cold cathode that is on only where it may be."""

from __future__ import annotations

import pytest

from cryosim.emulators.mks import Controller
from cryosim.wiring import Wiring

from .laboratory import edited, scene

HEAD = """
[station]
name = "VACUUM"
prefix = "CRX:"
[sim]
plant = "dummy"
[vacuum]
high_alarm = 1e-3
hihi_alarm = 1.0
[vacuum.pirani]
instrument = "VG1"
channel = {pirani}
[vacuum.cold_cathode]
instrument = "VG1"
channel = {cold}
[instrument.VG1]
model = "{model}"
port = "socket://127.0.0.1:7001"
"""
STATIONS = {
    "pfeiffer_tpg262": HEAD.format(model="pfeiffer_tpg262", pirani=1, cold=2),
    "pfeiffer_tpg362": HEAD.format(model="pfeiffer_tpg362", pirani=2, cold=1),
    "pfeiffer_tpg366": HEAD.format(model="pfeiffer_tpg366", pirani=2, cold=5),
    "mks937b": HEAD.format(model="mks937b", pirani=4, cold=1),
    "mks946": HEAD.format(model="mks946", pirani=1, cold=5),
}
COLD = {"pfeiffer_tpg262": "2", "pfeiffer_tpg362": "1", "pfeiffer_tpg366": "5", "mks937b": "1", "mks946": "5"}
PIRANI = {"pfeiffer_tpg262": "1", "pfeiffer_tpg362": "2", "pfeiffer_tpg366": "2", "mks937b": "4", "mks946": "1"}
COMMAND = {"pfeiffer_tpg262": "SEN,0,2", "pfeiffer_tpg362": "SEN,2,0", "pfeiffer_tpg366": "SEN,0,0,0,0,2,0",
           "mks937b": "@253CP1!ON", "mks946": "@253CP5!ON"}  # what switches the cold cathode on
MKS = ("mks937b", "mks946")
UNITS = {"pfeiffer_tpg262": ("Torr", "Pa"), **dict.fromkeys(MKS, ("Torr", "micron", "Pa")),
         **dict.fromkeys(("pfeiffer_tpg362", "pfeiffer_tpg366"), ("Torr", "micron", "hPa", "Pa"))}
EVERY = pytest.mark.parametrize("model", list(STATIONS))


def pumped(lab, mbar: float) -> None:
    """Let both gauges see another pressure."""
    for socket in lab.world.installed["VG1"].sensors.values():
        socket.pressure = lambda: 100.0 * mbar


def head(lab, model: str):
    """Return the emulated cold cathode."""
    return lab.world.installed["VG1"].instrument.heads[int(COLD[model]) - 1]


def orders(lab, mark: int) -> list[str]:
    """Return the commands about high voltage since a mark."""
    return [text for text in lab.messages("VG1", mark) if text.startswith("SEN,") or "CP" in text and "!" in text]


def ask(lab, text: str) -> str:
    """Operate an MKS in the words of its own grammar; return what it says behind its address."""
    reply = lab.world.installed["VG1"].instrument.receive(f"@253{text};FF".encode()).decode()
    return reply.removesuffix(";FF")[3:]


def show_in(lab, unit: str) -> None:
    """Change the unit at the front panel."""
    instrument = lab.world.installed["VG1"].instrument
    if isinstance(instrument, Controller):
        instrument.sockets.unit = {"Torr": "TORR", "Pa": "PASCAL", "micron": "MICRON"}[unit]
    else:
        instrument.unit = unit


async def lit(lab) -> None:
    """Wait until the Pirani has been low for long enough, and switch on."""
    await lab.run(12.0)
    await lab.put("VAC:CC:ON:SP", "On")
    await lab.until(lambda: lab["VAC:CC:STATUS"] == "OK")


@EVERY
def test_off_on_purpose_is_no_alarm_and_no_pressure(model):
    @scene(station=STATIONS[model])
    async def play(lab):
        assert lab["VAC:CC:STATUS"] == "Off" and lab.alarm("VAC:CC:STATUS") == ("NO_ALARM", "NO_ALARM")
        assert lab.alarm("VAC:CC")[1] == "INVALID"
        assert lab["VAC:CC:ON"] == "Off"
        # 1e-6 mbar: the Pirani says no more than that it is less than it can show.
        assert lab["VAC:PIRANI:STATUS"] == "Under range" and lab.alarm("VAC:PIRANI:STATUS")[1] == "NO_ALARM"
        assert lab["VAC"] == lab["VAC:PIRANI"] == pytest.approx(8e-4) and lab["VAC:STATUS"] == "At most"
        assert lab.alarm("VAC") == ("NO_ALARM", "NO_ALARM")

    play()


@EVERY
def test_on_where_the_pirani_allows_it(model):
    @scene(station=STATIONS[model])
    async def play(lab):
        await lit(lab)
        assert head(lab, model).on and lab["VAC:CC:ON"] == "On"
        assert lab["VAC"] == lab["VAC:CC"] == pytest.approx(1e-6, rel=1e-3) and lab["VAC:STATUS"] == "Cold cathode"
        assert lab["VAC:MSG"] == ""
        await lab.put("VAC:CC:ON:SP", "Off")
        assert not head(lab, model).on and lab["VAC:CC:ON"] == "Off"
        await lab.becomes("VAC:CC:STATUS", "Off")
        assert lab.alarm("VAC:CC:STATUS") == ("NO_ALARM", "NO_ALARM")

    play()


@EVERY
@pytest.mark.parametrize("mbar", [1013.25, 1.0, 1.5e-3])
def test_never_on_at_high_pressure(model, mbar):
    @scene(station=STATIONS[model])
    async def play(lab):
        pumped(lab, mbar)
        await lab.run(20.0)
        mark = lab.mark("VG1")
        reason = await lab.refused("VAC:CC:ON:SP", "On")
        assert "on only below 1.0E-03 mbar" in reason
        assert lab["VAC:MSG:LONG"] == reason and lab["VAC:CC:ON:SP"] == "Off"
        assert not orders(lab, mark)
        assert not head(lab, model).on

    play()


@EVERY
def test_not_before_the_pressure_has_been_low_for_a_while(model):
    @scene(station=STATIONS[model])
    async def play(lab):
        pumped(lab, 1.0)
        await lab.run(5.0)
        pumped(lab, 9e-4)
        await lab.run(6.0)
        assert "wanted 10 s" in await lab.refused("VAC:CC:ON:SP", "On")
        await lab.run(10.0)
        await lab.put("VAC:CC:ON:SP", "On")
        assert head(lab, model).on

    play()


@EVERY
@pytest.mark.parametrize("wiring", [Wiring.OPEN, Wiring.SHORT])
def test_not_without_a_pirani(model, wiring):
    @scene(station=STATIONS[model])
    async def play(lab):
        await lab.run(12.0)
        lab.world.installed["VG1"].sensors[PIRANI[model]].wiring = wiring
        await lab.becomes("VAC:PIRANI:STATUS", "No sensor" if wiring is Wiring.OPEN else "Fault")
        assert lab.alarm("VAC:PIRANI:STATUS")[1] == "MINOR"
        assert lab.alarm("VAC")[1] == lab.alarm("VAC:PIRANI")[1] == "INVALID" and lab["VAC:STATUS"] == "No reading"
        assert "Pirani gives no pressure" in await lab.refused("VAC:CC:ON:SP", "On")

    play()


@EVERY
def test_venting_takes_the_high_voltage_away(model):
    @scene(station=STATIONS[model])
    async def play(lab):
        if model in MKS:
            ask(lab, f"PRO{COLD[model]}!0")  # else it is quicker than the IOC
        await lit(lab)
        pumped(lab, 50.0)
        await lab.until(lambda: not head(lab, model).on, within=5.0)
        await lab.becomes("VAC:CC:STATUS", "Dropped")
        assert lab.alarm("VAC:CC:STATUS")[1] == "MINOR"
        assert "cold cathode switched off" in lab["VAC:MSG"]
        assert lab["VAC"] == pytest.approx(50.0, rel=1e-3) and lab.alarm("VAC")[1] == "MAJOR"
        assert lab["VAC:STATUS"] == "Pirani"
        assert lab["VAC:CC:ON"] == lab["VAC:CC:ON:SP"] == "Off"
        # It never comes back by itself.
        pumped(lab, 1e-6)
        await lab.run(60.0)
        assert not head(lab, model).on and lab["VAC:CC:STATUS"] == "Dropped"
        await lab.put("VAC:CC:ON:SP", "Off")
        await lab.becomes("VAC:CC:STATUS", "Off")
        assert lab.alarm("VAC:CC:STATUS")[1] == "NO_ALARM"

    play()


@pytest.mark.parametrize("model", MKS)
def test_the_controllers_own_protection_is_a_state_and_no_pressure(model):
    @scene(station=STATIONS[model])
    async def play(lab):
        await lit(lab)
        # Between the limit of the controller, 5e-3 Torr, and what the IOC was told to wait for.
        values = lab.record("VAC:CC")
        pumped(lab, 9e-3)
        await lab.becomes("VAC:CC:STATUS", "Protected")
        assert lab.alarm("VAC:CC:STATUS")[1] == "MINOR" and lab.alarm("VAC:CC")[1] == "INVALID"
        assert not head(lab, model).on and lab["VAC:CC:ON"] == "Off"
        assert lab["VAC"] == pytest.approx(9e-3, rel=1e-2)
        assert {1e-6, 9e-3} >= {float(f"{value:.1g}") for value in values.values}
        pumped(lab, 1e-6)
        await lab.run(30.0)
        assert not head(lab, model).on and lab["VAC:CC:STATUS"] == "Protected"
        await lab.put("VAC:CC:ON:SP", "Off")
        await lab.becomes("VAC:CC:STATUS", "Off")
        assert lab.alarm("VAC:CC:STATUS") == ("NO_ALARM", "NO_ALARM")

    play()


@pytest.mark.parametrize("model", MKS)
def test_held_off_by_another_gauge_of_the_controller(model):
    @scene(station=STATIONS[model])
    async def play(lab):
        socket = dict(zip("123456", ("A1", "A2", "B1", "B2", "C1", "C2"), strict=True))[PIRANI[model]]
        for text in (f"CSE{COLD[model]}!{socket}", f"CSP{COLD[model]}!6.5E-4", f"CTL{COLD[model]}!SAFE"):
            assert ask(lab, text).startswith("ACK")
        await lit(lab)
        pumped(lab, 1.5e-3)  # 1.1e-3 Torr, more than one and a half times that
        await lab.becomes("VAC:CC:STATUS", "Held off")
        assert lab.alarm("VAC:CC:STATUS")[1] == "MINOR" and not head(lab, model).on
        pumped(lab, 9e-4)  # less than on_below, more than the set point of the controller
        await lab.run(15.0)
        assert "refused the message: 195" in await lab.refused("VAC:CC:ON:SP", "On")
        assert not head(lab, model).on and lab["VAC:CC:ON:SP"] == "Off"

    play()


def test_a_pirani_that_ends_earlier_than_the_file_says_allows_nothing():
    @scene(station=STATIONS["mks937b"].replace("high_alarm = 1e-3", "high_alarm = 1e-3\npirani_low = 1e-4"))
    async def play(lab):
        # LO<8.00E-04: the file promises more than the controller does.
        assert lab["VAC:PIRANI:STATUS"] == "Under range"
        assert lab["VAC:PIRANI"] == lab["VAC"] == pytest.approx(8e-4)

    play()


@EVERY
def test_a_power_cycle_is_told_and_nothing_is_applied_again(model):
    @scene(station=STATIONS[model])
    async def play(lab):
        await lit(lab)
        mark = lab.mark("VG1")
        lab.world.installed["VG1"].instrument.power_cycle()
        await lab.becomes("VAC:CC:STATUS", "Dropped")
        assert lab["VAC:CC:ON:SP"] == "Off"
        await lab.run(30.0)
        assert not head(lab, model).on
        assert not orders(lab, mark)

    play()


@EVERY
def test_a_cable_out_is_invalid_and_comes_back(model):
    @scene(station=STATIONS[model])
    async def play(lab):
        await lit(lab)
        lab.unplug("VG1")
        await lab.until(lambda: lab.alarm("VAC")[1] == "INVALID")
        assert {lab.alarm(name)[1] for name in ("VAC:PIRANI", "VAC:CC", "VAC:CC:ON", "VAC:CC:STATUS")} == {"INVALID"}
        assert "not connected" in await lab.refused("VAC:CC:ON:SP", "On")
        lab.plug_in("VG1")
        await lab.until(lambda: lab.alarm("VAC:CC")[1] == "NO_ALARM")
        assert lab["VAC"] == pytest.approx(1e-6, rel=1e-3) and head(lab, model).on
        assert lab.alarm("VAC")[1] == lab.alarm("VAC:CC:ON")[1] == "NO_ALARM"

    play()


@EVERY
def test_units_changed_at_the_front_panel(model):
    @scene(station=STATIONS[model])
    async def play(lab):
        await lit(lab)
        values = lab.record("VAC")
        for unit in UNITS[model]:
            show_in(lab, unit)
            await lab.run(5.0)
            assert lab["VAC:CC"] == pytest.approx(1e-6, rel=1e-3)
        assert not [value for value in values.values if not 0.99e-6 < value < 1.01e-6 and value != pytest.approx(8e-4)]

    play()


def test_a_36x_in_volts_gives_no_pressure():
    @scene(station=STATIONS["pfeiffer_tpg362"])
    async def play(lab):
        pumped(lab, 0.1)
        await lab.until(lambda: lab["VAC"] == pytest.approx(0.1, rel=1e-3))
        lab.world.installed["VG1"].instrument.unit = "V"
        await lab.until(lambda: lab.alarm("VAC")[1] == "INVALID")
        assert lab["VAC"] == pytest.approx(0.1, rel=1e-3)

    play()


@EVERY
def test_half_a_command_is_never_completed(model):
    """A cable that comes out in the middle of what switches the cold cathode on, at every character of it."""

    @scene(station=STATIONS[model])
    async def play(lab):
        unit = lab.world.installed["VG1"]
        whole = COMMAND[model].encode()
        for length in range(1, len(whole) + 1):
            lab.unplug("VG1")
            await lab.run(1.0)
            unit.instrument.receive(whole[:length])
            lab.plug_in("VG1")
            await lab.until(lambda: lab.alarm("VAC")[1] == "NO_ALARM")
            assert not head(lab, model).on, whole[:length]

    play()


def test_half_a_command_behind_an_instrument_deaf_to_etx():
    @scene(station=STATIONS["pfeiffer_tpg262"])
    async def play(lab):
        unit = lab.world.installed["VG1"]
        receive = unit.instrument.receive
        unit.instrument.receive = lambda data: receive(data.replace(b"\x03", b""))
        lab.unplug("VG1")
        await lab.run(1.0)
        receive(b"SEN,0,2")
        lab.plug_in("VG1")
        await lab.until(lambda: lab.alarm("VAC")[1] == "NO_ALARM")
        assert not head(lab, "pfeiffer_tpg262").on

    play()


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("channel = 2", "channel = 3"), "vacuum.cold_cathode.channel: VG1 has channels 1, 2, found 3"),
        (("channel = 2", "channel = 1"), "vacuum.cold_cathode.channel: is already used by vacuum.pirani"),
        (("high_alarm = 1e-3", "on_below = 5e-3"), "on_below 0.005 mbar must be below off_above 0.002 mbar"),
        (("high_alarm = 1e-3", "pirani_low = 1e-3"), "on_below 0.001 mbar must be above pirani_low 0.001 mbar"),
        (("[vacuum.pirani]", "[vacuum.capacitance]"), "vacuum.capacitance: unknown key"),
        (('instrument = "VG1"\nchannel = 1', 'instrument = "VG2"\nchannel = 1'), "no [instrument.VG2] in this file"),
        (('model = "pfeiffer_tpg262"', 'model = "ami1700"'), "vacuum.pirani.instrument: expected one of pfeiffer"),
        (("high_alarm = 1e-3", "high_alarm = 2.0"), "vacuum: alarm limits must rise"),
        (('model = "pfeiffer_tpg262"', 'model = "mks937b"'), "vacuum.cold_cathode.channel: is on one module with"),
        (('model = "pfeiffer_tpg262"', 'model = "mks937b"\nunit_id = "300"'), "one of 001 to 254, found '300'"),
    ],
)  # fmt: skip
def test_mistakes_in_the_station_file(tmp_path, change, line):
    from cryoioc.errors import StationError
    from cryoioc.station import load

    path = tmp_path / "vacuum.toml"
    path.write_text(STATIONS["pfeiffer_tpg262"])
    path.write_text(edited(change, station=path))
    with pytest.raises(StationError) as caught:
        load(path)
    assert any(line in told for told in caught.value.lines), caught.value.lines

"""From ``[amplifier.NAME]`` of the station file to what biasing works with: amplifier, instruments, wires."""

from __future__ import annotations

from collections.abc import Mapping

from cryoioc import bias
from cryoioc.bias import Limits, Port, Target, Terminal, Window
from cryoioc.devices.bias_board import Profile
from cryoioc.instruments import profile_of
from cryoioc.pvs.bias_channels import BoardBank
from cryoioc.pvs.bias_loop import Wire
from cryoioc.pvs.bias_supply import Bank, SupplyBank
from cryoioc.pvs.device import Device
from cryoioc.station import Station
from cryoioc.station_amplifier import Amplifier, Drain, Gate, table_row
from cryoioc.wire.codecs import Scaled

STEP = 1e-3  # V, between two settings of a supply
FOLLOWS = 0.1  # V, between setting and measured voltage


def profiles_of(station: Station) -> dict[str, Profile]:
    """Return the profile of every bias board of a station by its name; :class:`StationError` where one is wrong."""
    made = {spec.name: profile_of(spec, station.path.parent) for spec in station.instruments.values()}
    return {name: profile for name, profile in made.items() if profile is not None}


def make_banks(station: Station, devices: Mapping[str, Device], profiles: Mapping[str, Profile]) -> dict[str, Bank]:
    """Return by name the instruments that amplifiers hang on, each with the outputs that are theirs."""
    used: dict[str, dict[int, bool]] = {}
    for spec in station.amplifiers.values():
        for stage in spec.stages:
            for output in (stage.drain, stage.gate):
                used.setdefault(output.instrument, {})[output.output] = output.source_measure
    return {
        name: BoardBank(devices[name], profiles[name], sorted(outputs)) if name in profiles
        else SupplyBank(devices[name], dict(sorted(outputs.items())))
        for name, outputs in used.items()
    }  # fmt: skip


def wires_of(spec: Amplifier, banks: Mapping[str, Bank]) -> dict[Terminal, Wire]:
    """Return where each terminal of an amplifier is."""
    return {
        Terminal(number, port): Wire(banks[output.instrument], output.output)
        for number, stage in enumerate(spec.stages, 1)
        for port, output in ((Port.DRAIN, stage.drain), (Port.GATE, stage.gate))
    }


def unprotected(spec: Amplifier, profiles: Mapping[str, Profile]) -> list[str]:
    """Return in sentences which drains no instrument protects by itself."""
    boards = dict.fromkeys(stage.drain.instrument for stage in spec.stages if stage.drain.instrument in profiles)
    return [f"{name} {why}" for name in boards for why in profiles[name].unprotected]


def amplifier_of(spec: Amplifier, profiles: Mapping[str, Profile]) -> bias.Amplifier:
    """Return an amplifier as its biasing sees it."""
    stages = tuple(
        bias.Stage(
            drain=_output(stage.drain, profiles.get(stage.drain.instrument)),
            gate=_output(stage.gate, profiles.get(stage.gate.instrument)),
            current_resolution=stage.drain.current_resolution, pinch_off=stage.gate.pinch_off,
            gate_low=spec.gate_min, gate_high=spec.gate_max, leak_warn=spec.leak_warn, leak_trip=spec.leak_trip)
        for stage in spec.stages
    )  # fmt: skip
    windows = {
        bias.Bias.COLD: Window(drain=spec.cold_voltage_max, current=spec.cold_current_max, below=spec.cold_below),
        bias.Bias.WARM: Window(drain=spec.warm_voltage_max, current=spec.warm_current_max, above=spec.warm_above),
    }
    targets = {
        bias.Bias(name): tuple(Target(drain=one.drain, current=one.current) for one in row.stages)
        for name in spec.biases
        if (row := table_row(spec, name)) is not None
    }
    pace = bias.Pace(warming=spec.warmed_by, warming_rate=spec.warming, silence=spec.silence)
    return bias.Amplifier(stages=stages, windows=windows, targets=targets, return_ohm=spec.return_ohm, pace=pace)


def _output(output: Drain | Gate, profile: Profile | None) -> bias.Output:
    if profile is not None:
        step, origin = _steps(profile, "drain" if isinstance(output, Drain) else "gate")
        highest = output.highest if isinstance(output, Drain) else profile.board.drain_voltage
        return bias.Output(limits=None, lead_ohm=output.lead_ohm, step=step, origin=origin, agrees=step,
                           follows=FOLLOWS, highest=highest)  # fmt: skip
    if isinstance(output, Drain):
        limits = Limits(current=output.max_current, over_voltage=output.over_voltage)
        return bias.Output(limits=limits, lead_ohm=output.lead_ohm, step=STEP, follows=FOLLOWS, highest=output.highest)
    return bias.Output(limits=Limits(current=output.max_current), lead_ohm=output.lead_ohm, step=STEP, follows=FOLLOWS)


def _steps(profile: Profile, port: str) -> tuple[float, float]:
    """Return the step of a converter of a board, and one of its settings, [V]."""
    codec = profile.interface[f"set_{port}"][port].codec
    return (abs(codec.scale) * 10.0**-codec.decimals, codec.offset) if isinstance(codec, Scaled) else (STEP, 0.0)

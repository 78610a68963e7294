"""``[amplifier.NAME]``: an amplifier, the outputs its stages hang on, and how far its bias may go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryoioc.bias_table import CURRENT_MAX, DRAIN_MAX, BiasTable
from cryoioc.bias_table import load as load_table
from cryoioc.errors import StationError
from cryoioc.station_models import MODELS
from cryoioc.station_power import SOURCE_MEASURE
from cryoioc.toml_tables import Reader, key

TABLE = "amplifier"
BIASES = ("Warm", "Cold")
GATE_MAX = 15e-3  # A: the most that a gate's supply may be set to give
BELOW = 0.05  # V: so far below its protection a drain's supply is kept


@dataclass(frozen=True, kw_only=True)
class Drain:
    """``drain`` of a stage: the output it is fed from."""

    instrument: str = key("power supply or bias board")
    output: int = key("number of the output, or of the channel of a board", low=1, high=64)
    lead_ohm: float = key("resistance of its lead, without the return, ohm", 0.0, low=0.0, high=1000.0)
    current_resolution: float = key("step of the current reading: dead band of the servo, A", low=1e-8, high=1e-3)
    over_voltage: float = key("over-voltage protection of the supply, V", DRAIN_MAX, low=0.1, high=DRAIN_MAX)
    # Below what a transistor stands: a limit holds the current, a protection only ends it.
    max_current: float = key("current limit of the supply, A", 14e-3, low=1e-3, high=CURRENT_MAX)
    source_measure: bool = key("the output is a source-measure module, which has a limit of its own", False)

    @property
    def highest(self) -> float:
        """What its supply is set to at most, [V]."""
        return self.over_voltage - BELOW


@dataclass(frozen=True, kw_only=True)
class Gate:
    """``gate`` of a stage: the bipolar output that drives it."""

    instrument: str = key("power supply or bias board")
    output: int = key("number of the output, or of the channel of a board", low=1, high=64)
    pinch_off: float = key("voltage at which the transistor conducts nothing, warm and cold, V", low=-6.0, high=-0.1)
    lead_ohm: float = key("resistance of its lead, without the return, ohm", 0.0, low=0.0, high=1000.0)
    max_current: float = key("current limit of the supply, A", 1e-3, low=1e-5, high=GATE_MAX)
    source_measure: bool = key("the output is a source-measure module: it is bipolar", False)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """``[[amplifier.NAME.stage]]``, in the order of the stages."""

    drain: Drain = key("the output its drain is fed from")
    gate: Gate = key("the output its gate is driven by")


@dataclass(frozen=True, kw_only=True)
class Amplifier:
    """One amplifier.  Voltages and currents are those at its connector."""

    # Windows and limits: bias-flow-vacuum.md 2.1, proposed there without an outside source.
    name: str
    stages: tuple[Stage, ...]
    bias: BiasTable
    serial: str = key("serial number, which names its bias table")
    table: str = key("file of its bias table, beside this one; empty: the one delivered for the serial number", "")
    thermometer: str = key("thermometer that its bias goes by")
    biases: tuple[str, ...] = key("biases that may be put, of Warm and Cold", BIASES)
    cold_below: float = key("Cold is allowed below, K", 40.0, low=1.0, high=400.0)
    warm_above: float = key("Warm is allowed above, K", 250.0, low=1.0, high=400.0)
    warmed_by: float = key("a bias walks to pinch-off when so much warmer than where its gates were found, K", 15.0,
                           low=0.1, high=400.0)  # fmt: skip
    warming: float = key("cold bias walks to pinch-off when warming so fast, K/min", 5.0, low=0.01, high=1000.0)
    # One lost answer costs 2 s (bias-flow-vacuum.md 1.2); until then the supplies' own limits stand guard.
    silence: float = key("it trips when an output was not read for, s", 3.0, low=0.5, high=60.0)
    return_ohm: float = key("resistance of the return that all stages share, ohm", 0.0, low=0.0, high=1000.0)
    cold_voltage_max: float = key("highest drain voltage while not warm, V", 1.3, low=0.1, high=DRAIN_MAX)
    warm_voltage_max: float = key("highest drain voltage while warm, V", 1.6, low=0.1, high=DRAIN_MAX)
    cold_current_max: float = key("highest drain current while not warm, A", 6e-3, low=1e-4, high=CURRENT_MAX)
    warm_current_max: float = key("highest drain current while warm, A", 12e-3, low=1e-4, high=CURRENT_MAX)
    gate_min: float = key("lowest gate voltage, V", -5.0, low=-6.0, high=0.0)
    gate_max: float = key("highest gate voltage, V", 1.0, low=0.0, high=2.0)
    leak_warn: float = key("gate current that is told, A", 50e-6, low=1e-7, high=1e-2)
    leak_trip: float = key("gate current that trips, A", 100e-6, low=1e-7, high=1e-2)


def read_amplifiers(reader: Reader, raw: Any) -> dict[str, Amplifier | None]:
    """Return the amplifiers of a file by name; None for one with a mistake in it."""
    found: dict[str, Amplifier | None] = {}
    for name, body in reader.table(raw, TABLE).items():
        where, before = f"{TABLE}.{name}", len(reader.lines)
        body = dict(reader.table(body, where))
        stages = _read_stages(reader, where, body.pop("stage", None))
        bias = _read_bias(reader, where, body)
        spec = reader.read(Amplifier, body, where, name=name, stages=stages, bias=bias)
        found[name] = spec if len(reader.lines) == before else None
    return found


def _read_stages(reader: Reader, where: str, raw: Any) -> tuple[Stage, ...]:
    if not isinstance(raw, list) or not raw:
        reader.complain(where, f"expected a [[{where}.stage]] for each stage")
        return ()
    stages = []
    for number, body in enumerate(raw, 1):
        place = f"{where}.stage {number}"
        stage = reader.read(Stage, body, place)
        if stage is not None:
            stages.append(stage)
    return tuple(stages)


def _read_bias(reader: Reader, where: str, body: Mapping[str, Any]) -> BiasTable | None:
    """Return the bias table that an amplifier names; None where it cannot be had, which is then told."""
    serial, table = body.get("serial"), body.get("table", "")
    if not isinstance(serial, str) or not isinstance(table, str):
        return None  # it is told of as a key of the wrong kind
    try:
        return load_table(serial, reader.path.parent / table if table else None)
    except StationError as error:
        for line in error.lines:
            reader.complain(f"{where}.{'table' if table else 'serial'}", line)
        return None


# --- what one table says about another -------------------------------------------------------------------


def check_amplifiers(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check that every stage has outputs of its own that can do what its bias table asks."""
    users = {(p.instrument, "supply", p.output): f"power.{p.name}" for p in parts["powers"].values() if p is not None}
    for spec in filter(None, parts["amplifiers"].values()):
        where = f"{TABLE}.{spec.name}"
        if spec.thermometer not in parts["thermometers"]:
            reader.complain(f"{where}.thermometer", f"no [thermometer.{spec.thermometer}] in this file")
        _check_limits(reader, where, spec)
        for number, stage in enumerate(spec.stages, 1):
            place = f"{where}.stage {number}"
            models = {kind: _model(reader, f"{place}.{kind}", getattr(stage, kind), parts["instruments"])
                      for kind in ("drain", "gate")}  # fmt: skip
            _check_gate(reader, f"{place}.gate", stage, models)
            for kind, model in models.items():
                if model is None:
                    continue
                output = getattr(stage, kind)
                group = "supply" if MODELS[model].supplies else kind
                other = users.setdefault((output.instrument, group, output.output), f"{place}.{kind}")
                if other != f"{place}.{kind}":
                    reader.complain(f"{place}.{kind}.output", f"{output.instrument} output {output.output} is already "
                                    f"used by {other}")  # fmt: skip
        if len(spec.stages) != spec.bias.stages:
            reader.complain(where, f"the bias table of {spec.serial} has {spec.bias.stages} stages, found "
                            f"{len(spec.stages)}")  # fmt: skip
        else:
            for line in over_the_top(spec):
                reader.complain(where, line)


def _check_limits(reader: Reader, where: str, spec: Amplifier) -> None:
    if not spec.cold_below < spec.warm_above:
        limits = f"cold_below {spec.cold_below:g} K must be below warm_above {spec.warm_above:g} K"
        reader.complain(where, limits)
    if not spec.leak_warn < spec.leak_trip:
        reader.complain(where, f"leak_warn {spec.leak_warn:g} A must be below leak_trip {spec.leak_trip:g} A")
    for bias in spec.biases:
        if bias not in BIASES:
            reader.complain(f"{where}.biases", f"expected a list out of {', '.join(BIASES)}, found {bias!r}")
        elif table_row(spec, bias) is None:
            reader.complain(f"{where}.biases", f"{bias}: the bias table of {spec.serial} has no row "
                            f"{f'below {spec.cold_below:g}' if bias == 'Cold' else f'above {spec.warm_above:g}'} "
                            "K")  # fmt: skip


def _model(reader: Reader, where: str, output: Drain | Gate, instruments: Mapping[str, Any]) -> str | None:
    """Return the model behind an output; None where something is wrong with it, which is then told."""
    if output.instrument not in instruments:
        reader.complain(f"{where}.instrument", f"no [instrument.{output.instrument}] in this file")
        return None
    if instruments[output.instrument] is None:
        return None  # it has been told of already
    model: str = instruments[output.instrument].model
    facts = MODELS[model]
    numbers = facts.supplies or (facts.channels if facts.profiled else ())
    if not numbers:
        wanted = ", ".join(name for name, one in MODELS.items() if one.supplies or one.profiled)
        reader.complain(f"{where}.instrument", f"expected one of {wanted}, found a {model}")
        return None
    if output.output not in numbers:
        reader.complain(f"{where}.output", f"{output.instrument} has outputs {numbers[0]} to {numbers[-1]}, "
                        f"found {output.output}")  # fmt: skip
        return None
    if output.source_measure and model not in SOURCE_MEASURE:
        reader.complain(f"{where}.source_measure", f"a {model} has no source-measure modules")
        return None
    return model


def _check_gate(reader: Reader, where: str, stage: Stage, models: Mapping[str, str | None]) -> None:
    """Check that a gate is driven by an output of both signs, and by the channel of its drain where that is a board."""
    drain, gate = models["drain"], models["gate"]
    boards = [model is not None and MODELS[model].profiled for model in (drain, gate)]
    if gate is not None and not boards[1] and not stage.gate.source_measure:
        reader.complain(f"{where}.output", f"a gate needs both signs: expected a bias board or source_measure = true, "
                        f"found an output of a {gate}")  # fmt: skip
    same = (stage.drain.instrument, stage.drain.output) == (stage.gate.instrument, stage.gate.output)
    if any(boards) and not same and None not in (drain, gate):
        # A board switches drain and gate of a transistor together.
        reader.complain(where, f"expected channel {stage.drain.output} of {stage.drain.instrument} as its drain, "
                        f"found {stage.gate.output} of {stage.gate.instrument}")  # fmt: skip


def table_row(spec: Amplifier, bias: str) -> Any:
    """Return the row of the bias table that ``Warm`` or ``Cold`` stands for; None where there is none."""
    low, high = (0.0, spec.cold_below) if bias == "Cold" else (spec.warm_above, 1000.0)
    return spec.bias.between(low, high)


def supply_voltage(spec: Amplifier, stage: int, volts: float, currents: tuple[float, ...]) -> float:
    """Return what the supply of a drain must give for a voltage at the connector, [V]: leads and shared return.

    Source: bias-flow-vacuum.md 2.1.
    """
    return volts + currents[stage] * spec.stages[stage].drain.lead_ohm + sum(currents) * spec.return_ohm


def over_the_top(spec: Amplifier) -> Iterator[str]:
    """Yield in sentences what a bias table asks that limits or protections do not let through."""
    for bias in BIASES:
        row = table_row(spec, bias) if bias in spec.biases else None
        if row is None:
            continue
        highest = {"drain": spec.cold_voltage_max if bias == "Cold" else spec.warm_voltage_max,
                   "current": spec.cold_current_max if bias == "Cold" else spec.warm_current_max}  # fmt: skip
        for number, stage in enumerate(spec.stages, 1):
            wanted = row.stages[number - 1]
            place = f"stage {number}: {bias} needs"
            needed = supply_voltage(spec, number - 1, wanted.drain, row.current)
            if needed > stage.drain.highest:
                yield (f"{place} {needed:.2f} V at the supply ({wanted.drain:g} V and the leads), over_voltage "
                       f"{stage.drain.over_voltage:g} V lets through {stage.drain.highest:g} V")  # fmt: skip
            if wanted.drain > highest["drain"]:
                yield f"{place} {wanted.drain:g} V, {bias.lower()}_voltage_max is {highest['drain']:g} V"
            if wanted.current > min(highest["current"], stage.drain.max_current):
                most = min(highest["current"], stage.drain.max_current)
                yield f"{place} {1e3 * wanted.current:g} mA, the limits are at {1e3 * most:g} mA"
            if not spec.gate_min <= stage.gate.pinch_off < wanted.gate <= spec.gate_max:
                yield (f"{place} {wanted.gate:g} V at the gate, allowed {spec.gate_min:g} to {spec.gate_max:g} V "
                       f"and above pinch_off {stage.gate.pinch_off:g} V")  # fmt: skip

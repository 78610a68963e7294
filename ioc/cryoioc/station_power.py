"""``[power.NAME]`` of the station file: an output of a power supply, what it heats, and what it may be set to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryoioc.station_models import MODELS
from cryoioc.station_rig import MANUAL, Quantity
from cryoioc.toml_tables import Reader, key

SOURCE_MEASURE = ("keysight_n6700",)  # models that can have source-measure modules
WATCHED = ("keysight_n6700",)  # models with an output watchdog


@dataclass(frozen=True, kw_only=True)
class Power:
    """A heater on an output of a power supply; it is switched on only if the supply's own limits are these or less."""

    name: str
    instrument: str = key("the power supply")
    output: int = key("number of the output", low=1, high=4)
    voltage: float = key("voltage when it is on, V", low=0.0, high=150.0)
    over_voltage: float = key("highest over-voltage protection that the supply may be set to, V", low=0.0, high=150.0)
    max_current: float = key("highest current limit that the supply may be set to, A", 0.5, low=0.0, high=20.0)
    proven_current: float | None = key("current that the wires are proven to, A", None, low=0.0, high=20.0)
    above_proof: bool = key("max_current may be above proven_current", False)
    load_ohm: float = key("resistance of what is heated, thermostats closed, ohm", low=0.1, high=1e5)
    lead_ohm: float = key("resistance of its leads, there and back, ohm", 0.0, low=0.0, high=1e4)
    resolution: float = key("step of the supply's current reading, A", 0.001, low=0.0, high=1.0)
    max_time: float = key("MAXTIME at start: minutes after which it is switched off", 60.0, low=0.1, high=10000.0)
    source_measure: bool = key("the output is a source-measure module, which has a limit of its own", False)
    ocp: str = key("over-current protection (fuse of an HMP4040) by which the current limit switches off; absent: not "
                   "compared", "", choices=("On", "Off"))  # fmt: skip
    watchdog: float | None = key("whole seconds of silence after which the supply is to end all its outputs; absent: "
                                 "not compared", None, low=1.0, high=3600.0)  # fmt: skip
    monitor: Quantity | None = key("voltage behind the thermostats, V, where a wire brings it out", None)

    @property
    def excess(self) -> str:
        """By what its current may be above that which its wires are proven to, in words; empty if it may not."""
        if self.proven_current is None or self.max_current <= self.proven_current:
            return ""
        return f"max_current {self.max_current:g} A is above proven_current {self.proven_current:g} A"


def check_power(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check that every output exists, is used once, and that its limits can be kept."""
    users: dict[tuple[str, int], str] = {}
    for spec in filter(None, parts["powers"].values()):
        where = f"power.{spec.name}"
        if spec.instrument not in parts["instruments"]:
            reader.complain(f"{where}.instrument", f"no [instrument.{spec.instrument}] in this file")
            continue
        instrument = parts["instruments"][spec.instrument]
        if instrument is not None:
            _check_output(reader, where, spec, instrument.model)
        other = users.setdefault((spec.instrument, spec.output), where)
        if other != where:
            reader.complain(f"{where}.output", f"{spec.instrument} output {spec.output} is already used by {other}")
        timed = [one for one in parts["powers"].values() if one and one.instrument == spec.instrument and one.watchdog]
        if spec.watchdog and timed[0].watchdog != spec.watchdog:
            reader.complain(f"{where}.watchdog", f"{spec.instrument} has one for all its outputs, "
                            f"and power.{timed[0].name} says {timed[0].watchdog:g} s")  # fmt: skip
        if spec.over_voltage <= spec.voltage:
            limits = f"voltage {spec.voltage:g} V must be below over_voltage {spec.over_voltage:g} V"
            reader.complain(where, limits)
        if spec.excess and not spec.above_proof:
            reader.complain(where, f"{spec.excess}: expected above_proof = true for that")
        if spec.monitor is not None and spec.monitor.source == MANUAL:
            reader.complain(f"{where}.monitor.source", f"expected an input that measures it, found {MANUAL!r}")


def _check_output(reader: Reader, where: str, spec: Power, model: str) -> None:
    supplies = MODELS[model].supplies
    if not supplies:
        wanted = ", ".join(name for name, facts in MODELS.items() if facts.supplies)
        reader.complain(f"{where}.instrument", f"expected one of {wanted}, found a {model}")
    elif spec.output not in supplies:
        reader.complain(f"{where}.output", f"{spec.instrument} has outputs {supplies[0]} to {supplies[-1]}, "
                        f"found {spec.output}")  # fmt: skip
    if spec.watchdog is not None and model not in WATCHED:
        reader.complain(f"{where}.watchdog", f"a {model} has no output watchdog")
    elif spec.watchdog is not None and spec.watchdog % 1.0:
        reader.complain(f"{where}.watchdog", f"expected whole seconds, found {spec.watchdog:g}")
    if spec.source_measure and model not in SOURCE_MEASURE:
        reader.complain(f"{where}.source_measure", f"a {model} has no source-measure modules")

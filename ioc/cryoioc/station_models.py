"""What a station file must know of each model of instrument: its inputs, its outputs, what it can measure.

One row a model.  The drivers' rows say the rest; emulators and station file meet here without them.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass

OUTPUT_TYPES = ("current", "voltage")  # of control outputs: currents and voltages of a model


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What can be wired to one model."""

    inputs: tuple[str, ...] = ()  # for thermometers
    currents: tuple[int, ...] = ()  # control outputs that can be current sources
    voltages: tuple[int, ...] = ()  # control outputs that can be voltage sources
    channels: tuple[int, ...] = ()  # probes of a level meter, inputs of an analog input box
    per_module: int = 1  # neighbouring sockets of one module, which takes gauges of one kind
    supplies: tuple[int, ...] = ()  # outputs of a power supply
    unit_ids: tuple[str, ...] = ()  # on a line that can be shared; the first is the default
    controls_flow: bool = False  # the IOC can give it a setpoint
    profiled: bool = False  # what is said to it is in a file, which the station file may name
    measures: tuple[str, ...] = ()  # "flow", "level", "vacuum", or "signal": any quantity as a voltage or current

    @property
    def outputs(self) -> tuple[int, ...]:
        """Numbers of all control outputs."""
        return tuple(sorted({*self.currents, *self.voltages}))


# Three slots with two sockets each; the factory sets the address 253 (937B manual 9.2, 946 manual 9.14).
MKS = ModelFacts(channels=tuple(range(1, 7)), per_module=2, measures=("vacuum",),
                 unit_ids=("253", *(f"{n:03d}" for n in range(1, 253)), "254"))  # fmt: skip

# Outputs by type: lakeshore-protocol.md 1, 4.4.
MODELS: Mapping[str, ModelFacts] = {
    "lakeshore335": ModelFacts(inputs=("A", "B"), currents=(1, 2), voltages=(2,)),
    "lakeshore336": ModelFacts(inputs=("A", "B", "C", "D"), currents=(1, 2), voltages=(3, 4)),
    "lakeshore350": ModelFacts(inputs=("A", "B", "C", "D"), currents=(1, 2), voltages=(3, 4)),
    # Monitors: nothing to control (lakeshore-protocol.md 7.3).
    "lakeshore218": ModelFacts(inputs=tuple("12345678")),
    "lakeshore218e": ModelFacts(inputs=tuple("12345678")),
    "alicat": ModelFacts(unit_ids=tuple(string.ascii_uppercase), measures=("flow",)),
    # Node 80 is whatever is on the line (bias-flow-vacuum.md 3.2).
    "bronkhorst": ModelFacts(unit_ids=("80", *(f"{n:02X}" for n in range(1, 128))), measures=("flow",),
                             controls_flow=True),  # fmt: skip
    "ami1700": ModelFacts(channels=(1,), measures=("level",)),
    "lm500": ModelFacts(channels=(1, 2), measures=("level",)),
    # A 261 and a 361 have one gauge; the commands of the 26x have a place for two all the same.
    "pfeiffer_tpg261": ModelFacts(channels=(1,), measures=("vacuum",)),
    "pfeiffer_tpg262": ModelFacts(channels=(1, 2), measures=("vacuum",)),
    "pfeiffer_tpg361": ModelFacts(channels=(1,), measures=("vacuum",)),
    "pfeiffer_tpg362": ModelFacts(channels=(1, 2), measures=("vacuum",)),
    "pfeiffer_tpg366": ModelFacts(channels=tuple(range(1, 7)), measures=("vacuum",)),
    "mks937b": MKS,
    "mks946": MKS,
    "adam4017": ModelFacts(
        channels=tuple(range(8)), unit_ids=(*(f"{n:02X}" for n in range(1, 256)), "00"), measures=("signal",)
    ),
    # Power supplies (bias-flow-vacuum.md 1.2); an N6700 has up to four modules.
    "keysight_e36312a": ModelFacts(supplies=(1, 2, 3)),
    "keysight_n6700": ModelFacts(supplies=(1, 2, 3, 4)),
    "rs_hmp4040": ModelFacts(supplies=(1, 2, 3, 4)),
    # Ten transistors, a drain and a gate each (bias-flow-vacuum.md 1.3); a profile may say otherwise.
    "gaia": ModelFacts(channels=tuple(range(1, 11)), profiled=True),
}


def measuring(*wanted: str) -> tuple[str, ...]:
    """Return the models that can measure one of the things wanted.

    >>> measuring("flow")
    ('alicat', 'bronkhorst')
    """
    return tuple(name for name, facts in MODELS.items() if set(wanted) & set(facts.measures))

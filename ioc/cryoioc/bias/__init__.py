"""Biasing an amplifier: decisions only.  No I/O, no clock, no PVs: readings in, actions out."""

from cryoioc.bias.actions import Action, ClearProtection, ProgramLimits, SetVoltage, Switch, disagreement
from cryoioc.bias.amplifier import Amplifier, Bias, Limits, Output, Pace, Port, Stage, Target, Terminal, Window
from cryoioc.bias.leads import Point, at_connector
from cryoioc.bias.reading import OutputReading, Reading, Surroundings
from cryoioc.bias.state import Failure, Phase, State, Step

__all__ = [
    "Action",
    "Amplifier",
    "Bias",
    "ClearProtection",
    "Failure",
    "Limits",
    "Output",
    "OutputReading",
    "Pace",
    "Phase",
    "Point",
    "Port",
    "ProgramLimits",
    "Reading",
    "SetVoltage",
    "Stage",
    "State",
    "Step",
    "Surroundings",
    "Switch",
    "Target",
    "Terminal",
    "Window",
    "at_connector",
    "disagreement",
]

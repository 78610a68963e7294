"""Biasing an amplifier: decisions only.  No I/O, no clock, no PVs: readings in, actions out."""

from cryoioc.bias.actions import Action, ClearProtection, ProgramLimits, SetVoltage, Switch, disagreement
from cryoioc.bias.amplifier import Amplifier, Bias, Limits, Output, Pace, Port, Stage, Target, Terminal, Window
from cryoioc.bias.asking import ChangeStage, PinchOff, Request, Reset, SwitchTo, Trip, ask
from cryoioc.bias.conditions import window_of
from cryoioc.bias.leads import Point, at_connector
from cryoioc.bias.reading import Cold, OutputReading, Reading, Surroundings
from cryoioc.bias.sequence import step
from cryoioc.bias.shown import Shown, show
from cryoioc.bias.state import Failure, Phase, State, Step
from cryoioc.bias.watch import out_of_window

__all__ = [
    "Action",
    "Amplifier",
    "Bias",
    "ChangeStage",
    "ClearProtection",
    "Cold",
    "Failure",
    "Limits",
    "Output",
    "OutputReading",
    "Pace",
    "Phase",
    "PinchOff",
    "Point",
    "Port",
    "ProgramLimits",
    "Reading",
    "Request",
    "Reset",
    "SetVoltage",
    "Shown",
    "Stage",
    "State",
    "Step",
    "Surroundings",
    "Switch",
    "SwitchTo",
    "Target",
    "Terminal",
    "Trip",
    "Window",
    "ask",
    "at_connector",
    "disagreement",
    "out_of_window",
    "show",
    "step",
    "window_of",
]

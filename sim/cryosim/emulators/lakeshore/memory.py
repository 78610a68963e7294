"""What survives a power failure: every setting, as frozen records (lakeshore-protocol.md 4.7, 6.6)."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryosim.emulators.lakeshore.curves import Curve, factory_curves
from cryosim.emulators.lakeshore.face import NTC, PLATINUM, Face
from cryosim.emulators.lakeshore.options import Options

KELVIN, CELSIUS, SENSOR = 1, 2, 3

OFF, CLOSED_LOOP, ZONE, OPEN_LOOP, MONITOR, WARM_UP, MIRROR = range(7)
"""Output modes (6.2)."""


@dataclass(frozen=True)
class InputSettings:
    """Settings of one input; names follow the arguments of INTYPE, FILTER, TLIMIT and ALARM."""

    name: str
    sensor_type: int
    autorange: int = 0
    range: int = 0
    compensation: int = 0
    units: int = KELVIN
    excitation: int = 0
    curve: int = 0
    diode_current: int = 0
    filter_on: int = 0
    filter_points: int = 8
    filter_window: int = 10
    limit: float = 0.0
    alarm_on: int = 0
    alarm_high: float = 1000.0
    alarm_low: float = 0.0
    alarm_deadband: float = 1.0
    alarm_latch: int = 0
    alarm_audible: int = 1
    alarm_visible: int = 1


@dataclass(frozen=True)
class OutputSettings:
    """Settings of one output.

    ``setpoint`` moves during a ramp, ``target`` is where it goes; ``zone_input`` is the control input the
    present zone demands, 0 for the output's own ``input``.
    """

    input: int
    voltage_type: int
    mode: int = CLOSED_LOOP
    zone_input: int = 0
    powerup: int = 0
    resistance: int = 1
    max_current: int = 0
    user_current: float = 0.1
    display: int = 1
    range: int = 0
    setpoint: float = 0.0
    target: float = 0.0
    p: float = 50.0
    i: float = 20.0
    d: float = 0.0
    manual: float = 0.0
    ramp_on: int = 0
    ramp_rate: float = 0.1
    warm_continuous: int = 1
    warm_percent: float = 100.0
    monitor_units: int = KELVIN
    monitor_high: float = 1000.0
    monitor_low: float = 0.0
    bipolar: int = 0


@dataclass(frozen=True)
class ZoneSettings:
    """One row of a zone table; an upper bound of 0 marks it unused."""

    upper: float = 0.0
    p: float = 50.0
    i: float = 20.0
    d: float = 0.0
    manual: float = 0.0
    range: int = 0
    input: int = 0
    rate: float = 0.1


@dataclass(frozen=True)
class RelaySettings:
    """RELAY: mode 0 off, 1 on, 2 alarms; kind 0 low, 1 high, 2 both."""

    mode: int = 0
    input: str = "A"
    kind: int = 2


@dataclass(frozen=True)
class FieldSettings:
    """One field of the custom display."""

    source: int = 0
    units: int = KELVIN


@dataclass(frozen=True)
class PanelSettings:
    """What belongs to the instrument as a whole."""

    brightness: int
    display_mode: int = 0
    display_count: int = 0
    display_output: int = 1
    leds: int = 1
    locked: int = 0
    lock_code: int = 123
    interface_mode: int = 0
    ieee_address: int = 12
    emulation: int = 0
    emulation_pid: int = 0
    interface: int = 0
    dhcp: int = 1
    auto_ip: int = 0
    address: str = "192.168.0.12"
    mask: str = "255.255.255.0"
    gateway: str = "0.0.0.0"
    dns_1: str = "0.0.0.0"
    dns_2: str = "0.0.0.0"
    host: str = ""
    domain: str = ""
    description: str = ""
    web_user: str = ""
    web_password: str = ""


Settings = InputSettings | OutputSettings | ZoneSettings | RelaySettings | FieldSettings | PanelSettings


@dataclass
class Memory:
    """Non-volatile memory: the present record of everything."""

    inputs: dict[str, InputSettings]
    outputs: dict[int, OutputSettings]
    zones: dict[tuple[int, int], ZoneSettings]
    relays: dict[int, RelaySettings]
    fields: dict[int, FieldSettings]
    panel: PanelSettings
    curves: dict[int, Curve] = field(default_factory=factory_curves)

    def curve_of(self, letter: str) -> Curve | None:
        """Return the curve assigned to an input."""
        return self.curves.get(self.inputs[letter].curve)


def factory_memory(face: Face, options: Options) -> Memory:
    """Return the memory of an instrument as shipped [M350 Table 8-1]."""
    chosen = options.default_sensor_type
    sensor_type = face.sensor_type if chosen is None else chosen
    resistive = int(sensor_type in (PLATINUM, NTC))
    inputs = {
        letter: InputSettings(f"Input {letter}", sensor_type, autorange=resistive, compensation=resistive)
        for letter in face.inputs
    }
    outputs = {
        output.number: OutputSettings(
            input=output.number if output.number <= 2 else 0,
            voltage_type=int(not output.current),
            mode=CLOSED_LOOP if output.current else OFF,
            # 4.7 names no factory current: the largest is taken.
            max_current=4 if output.current and output.number == 1 else 3 if output.current else 0,
            user_current=max(0.1, output.max_amperes),
        )
        for output in face.outputs
    }
    zone = ZoneSettings(rate=options.zone_default_rate)
    return Memory(
        inputs,
        outputs,
        zones={(number, k): zone for number in face.numbers for k in range(1, 11)},
        relays={1: RelaySettings(), 2: RelaySettings()},
        fields={k: FieldSettings() for k in range(1, face.display_fields + 1)},
        panel=PanelSettings(brightness=face.brightness[2]),
    )

"""The rows of each model (lakeshore-protocol.md 4.3, 4.4, 4.6 and 7.1), in the order of the reference."""

from __future__ import annotations

from cryosim.emulators.lakeshore.face import Face
from cryosim.emulators.lakeshore.numbers import Places
from cryosim.emulators.lakeshore.options import Options
from cryosim.emulators.lakeshore.rows import Field, Letter, Limit, Real, Row, Scope, Text, Whole

SEVEN = Places(3, 3)
FIVE = Places(3, 2)
GAIN = Places(4, 1)
FOUR = Places(3, 1)
FAR = 1e6
"""No limit is documented for these numbers."""


def rows(face: Face, options: Options) -> dict[str, Row]:
    """Return every settable group of a model by mnemonic."""
    groups = (
        *_input_rows(face, options),
        *_output_rows(face, options),
        *_voltage_rows(face),
        *_panel_rows(face),
        *(_ethernet_rows() if face.ethernet else ()),
    )
    return {row.mnemonic: row for row in groups}


def _flag(name: str) -> Whole:
    return Whole(name, 0, 1)


def _input_rows(face: Face, options: Options) -> tuple[Row, ...]:
    intype: tuple[Field, ...] = (
        Whole("sensor_type", 0, 5),
        _flag("autorange"),
        Whole("range", 0, face.ntc_ranges - 1),
        _flag("compensation"),
        Whole("units", 1, 3),
    )
    if face.excitation:
        intype = (*intype, _flag("excitation"))
    alarm = (
        _flag("alarm_on"),
        Real("alarm_high", -FAR, FAR, SEVEN),
        Real("alarm_low", -FAR, FAR, SEVEN),
        Real("alarm_deadband", 0.0, FAR, SEVEN),
        _flag("alarm_latch"),
        _flag("alarm_audible"),
        _flag("alarm_visible"),
    )
    return (
        Row("INTYPE", Scope.INPUT, intype, complete=True),
        Row("INCRV", Scope.INPUT, (Whole("curve", 0, 59, 2),)),
        Row("INNAME", Scope.INPUT, (Text("name", 15),)),
        Row("DIOCUR", Scope.INPUT, (_flag("diode_current"),), None if face.diode_current else ()),
        Row(
            "FILTER",
            Scope.INPUT,
            (_flag("filter_on"), Whole("filter_points", 2, 64, 2), Whole("filter_window", 1, 10, 2)),
        ),
        Row("TLIMIT", Scope.INPUT, (Limit("limit", options.tlimit_text),)),
        Row("ALARM", Scope.INPUT, alarm),
    )


_GAINS = (
    Real("p", 0.1, 1000.0, GAIN),
    Real("i", 0.1, 1000.0, GAIN, zero=True),
    Real("d", 0.0, 200.0, FOUR),
)


def _output_rows(face: Face, options: Options) -> tuple[Row, ...]:
    modes = Whole("mode", 0, 6 if face.mirror else 5)
    sources = Whole("input", 0, len(face.inputs))
    ranges = Whole("range", 0, max(output.ranges for output in face.outputs))
    manual = Real("manual", -100.0, 100.0, FIVE)
    zone = (Real("upper", 0.0, 9999.0, FIVE), *_GAINS, manual, ranges, sources, _rate(face, "rate"))
    return (
        Row("OUTMODE", Scope.OUTPUT, (modes, sources, _flag("powerup"))),
        _heater_row(face),
        Row("RANGE", Scope.OUTPUT, (ranges,)),
        Row("PID", Scope.OUTPUT, _GAINS),
        Row("MOUT", Scope.OUTPUT, (manual,)),
        Row("RAMP", Scope.OUTPUT, (_flag("ramp_on"), _rate(face, "ramp_rate", options.ramp_sign))),
        Row("ZONE", Scope.ZONE, zone),
    )


def _heater_row(face: Face) -> Row:
    fields: tuple[Field, ...] = (
        Whole("resistance", 1, 2),
        Whole("max_current", 0, 4),
        Real("user_current", 0.1, max(face.max_currents), Places(1, 3)),
        Whole("display", 1, 2),
    )
    if face.heater_type:
        fields = (_flag("voltage_type"), *fields)
    return Row("HTRSET", Scope.OUTPUT, fields, face.current_outputs)


def _rate(face: Face, name: str, sign: bool = True) -> Real:
    # The 350 sets rates a hundred times finer, in the same four places.
    places = Places(1, 3) if face.slowest_ramp < 0.1 else FOUR
    return Real(name, face.slowest_ramp, 100.0, places, zero=True, sign=sign)


def _voltage_rows(face: Face) -> tuple[Row, ...]:
    outputs = face.voltage_outputs
    analog = (
        Whole("input", 0, len(face.inputs)),
        Whole("monitor_units", 1, 3),
        Real("monitor_high", -FAR, FAR, FIVE),
        Real("monitor_low", -FAR, FAR, FIVE),
        _flag("bipolar"),
    )
    warm = (_flag("warm_continuous"), Real("warm_percent", 0.0, 100.0, FIVE))
    polarity = Row("POLARITY", Scope.OUTPUT, (_flag("bipolar"),), outputs, default="2")
    return (
        Row("ANALOG", Scope.OUTPUT, analog, outputs),
        Row("WARMUP", Scope.OUTPUT, warm, outputs),
        *((polarity,) if face.heater_type else ()),
    )


def _panel_rows(face: Face) -> tuple[Row, ...]:
    low, high, _, places = face.brightness
    names = ("display_mode", "display_count", "display_output")
    display = tuple(
        Whole(name, int(name == "display_output"), top)
        for name, top in zip(names, face.display, strict=False)
    )
    # Remembered without any effect: what it does is not known.
    emulation = Row("EMUL", Scope.PANEL, (Whole("emulation", 0, 9), Whole("emulation_pid", 0, 9)))
    return (
        Row(
            "RELAY",
            Scope.RELAY,
            (Whole("mode", 0, 2), Letter("input", face.inputs), Whole("kind", 0, 2)),
        ),
        Row("BRIGT", Scope.PANEL, (Whole("brightness", low, high, places),)),
        Row("DISPLAY", Scope.PANEL, display),
        Row("DISPFLD", Scope.FIELD, (Whole("source", 0, face.display_sources), Whole("units", 1, 6))),
        Row("LEDS", Scope.PANEL, (_flag("leds"),)),
        Row("LOCK", Scope.PANEL, (_flag("locked"), Whole("lock_code", 0, 999, 3))),
        Row("MODE", Scope.PANEL, (Whole("interface_mode", 0, 2),)),
        Row("IEEE", Scope.PANEL, (Whole("ieee_address", 1, 30, 2),)),
        *((emulation,) if face.emulation else ()),
    )


def _ethernet_rows() -> tuple[Row, ...]:
    net: tuple[Field, ...] = (
        _flag("dhcp"),
        _flag("auto_ip"),
        *(Text(name, 15, padded=False) for name in ("address", "mask", "gateway", "dns_1", "dns_2")),
        Text("host", 15),
        Text("domain", 64),
        Text("description", 32),
    )
    return (
        # Remembered only: which interface a client uses is the line's affair.
        Row("INTSEL", Scope.PANEL, (Whole("interface", 0, 2),)),
        Row("NET", Scope.PANEL, net),
        Row("WEBLOG", Scope.PANEL, (Text("web_user", 15), Text("web_password", 15))),
    )

"""The Lake Shore 335 temperature controller: every exchange, in the manual's mnemonics.

The base of the 336 and 350.  Source of all rows: lakeshore-protocol.md sections 3 and 4.  Polling periods
(``every``) are ours: what control and safety look at at the instrument's own 10 Hz, what moves by itself at
2 Hz, settings within 10 s.
"""

from __future__ import annotations

from cryoioc.devices.lakeshore.common import COMMON, OFF_ON, UNITS
from cryoioc.quantities import Exchange, Field, Model
from cryoioc.wire.codecs import Bits, Choice, Integer, Letter, Number, SixDigits, Text

FAST = 0.1  # s, the instrument's own reading rate (2.6)
MOVING = 0.4  # s
LATCHED = 2.0  # s
SETTING = 8.0  # s

INPUTS_335 = Choice(("None", "A", "B"))
SENSORS_335 = Choice(("Disabled", "Diode", "Platinum RTD", "NTC RTD", "Thermocouple"))
STATUS_BITS = Bits(
    (
        (1, "Invalid"),
        (16, "Under range"),
        (32, "Over range"),
        (64, "Sensor zero"),
        (128, "Sensor over range"),
    )
)
OPERATION_BITS = Bits(
    (
        (1, "Alarm"),
        (2, "Overload"),
        (4, "Ramp 2 done"),
        (8, "Ramp 1 done"),
        (16, "New reading"),
        (32, "Autotune idle"),
        (64, "Not calibrated"),
        (128, "Processor lost"),
    )
)

# --- 3.1: the operation registers ----------------------------------------------------------------

OPERATION = (
    Exchange(name="OPST", query="OPST?", every=LATCHED, fields=(
        Field(name="condition", codec=OPERATION_BITS, doc="Operation condition"),), doc="Operation condition"),
    Exchange(name="OPSTE", query="OPSTE?", set="OPSTE {mask}", fields=(
        Field(name="mask", codec=OPERATION_BITS, doc="Operation event enable"),), doc="Operation event enable"),
    Exchange(name="OPSTR", query="OPSTR?", fields=(
        Field(name="events", codec=OPERATION_BITS, doc="Operation events, cleared by reading"),),
        doc="Operation events"),
)  # fmt: skip

# --- 4.2: readings -------------------------------------------------------------------------------

READINGS = (
    Exchange(name="KRDG", query="KRDG? {input}", every=FAST, fields=(
        Field(name="kelvin", codec=Number(4), unit="K", doc="Temperature"),), doc="Kelvin reading"),
    Exchange(name="RDGST", query="RDGST? {input}", every=FAST, fields=(
        Field(name="status", codec=STATUS_BITS, doc="Reading status bits"),), doc="Reading status"),
    Exchange(name="HTR", query="HTR? {heater}", every=FAST, fields=(
        Field(name="percent", codec=Number(2, chars=6), unit="%", doc="Heater output, of full scale"),),
        doc="Heater output"),
    Exchange(name="SRDG", query="SRDG? {input}", every=MOVING, fields=(
        Field(name="sensor", codec=Number(6), doc="Sensor reading"),), doc="Sensor units reading"),
    Exchange(name="CRDG", query="CRDG? {input}", fields=(
        Field(name="celsius", codec=Number(4), unit="degC", doc="Temperature"),), doc="Celsius reading"),
    Exchange(name="MDAT", query="MDAT? {input}", every=LATCHED, units="INTYPE", fields=(
        Field(name="minimum", codec=Number(4), doc="Lowest reading since reset"),
        Field(name="maximum", codec=Number(4), doc="Highest reading since reset")), doc="Min/max readings"),
    Exchange(name="MNMXRST", set="MNMXRST", doc="Reset min/max of all inputs"),
    Exchange(name="TEMP", query="TEMP?", fields=(
        Field(name="kelvin", codec=Number(2, chars=7), unit="K", doc="Thermocouple block temperature"),),
        doc="Reference block"),
    # Reading HTRST? clears it: the IOC is its one reader, and latches.
    Exchange(name="HTRST", query="HTRST? {heater}", every=LATCHED, fields=(
        Field(name="fault", codec=Choice(("OK", "Open", "Short")), doc="Heater fault"),), doc="Heater fault"),
)  # fmt: skip

# --- 4.3: input configuration --------------------------------------------------------------------

INPUT_SETUP = (
    Exchange(name="INTYPE", query="INTYPE? {input}", every=SETTING,
        set="INTYPE {input},{type},{autorange},{range},{compensation},{units}", fields=(
        Field(name="type", codec=SENSORS_335, doc="Sensor type"),
        Field(name="autorange", codec=OFF_ON, doc="Input autorange"),
        Field(name="range", codec=Integer(0, 8, chars=1), doc="Input range code"),
        Field(name="compensation", codec=OFF_ON, doc="Current reversal or room compensation"),
        Field(name="units", codec=UNITS, doc="Preferred units of the instrument")), doc="Input type"),
    Exchange(name="INCRV", query="INCRV? {input}", set="INCRV {input},{curve}", every=2.0, fields=(
        Field(name="curve", codec=Integer(0, 59, chars=2), doc="Curve number, 0 none"),), doc="Input curve"),
    Exchange(name="INNAME", query="INNAME? {input}", set="INNAME {input},{name}", every=SETTING, alone=True, fields=(
        Field(name="name", codec=Text(15), doc="Name of the input"),), doc="Input name"),
    Exchange(name="DIOCUR", query="DIOCUR? {input}", set="DIOCUR {input},{excitation}", every=SETTING, fields=(
        Field(name="excitation", codec=Choice(("10 uA", "1 mA")), doc="Diode excitation current"),),
        doc="Diode excitation"),
    Exchange(name="FILTER", query="FILTER? {input}", set="FILTER {input},{on},{points},{window}", every=SETTING, fields=(
        Field(name="on", codec=OFF_ON, doc="Filter of the reading, not of control"),
        Field(name="points", codec=Integer(2, 64, chars=2), doc="Filter points"),
        Field(name="window", codec=Integer(1, 10, chars=2), unit="%", doc="Filter window, of full scale")),
        doc="Input filter"),
    Exchange(name="TLIMIT", query="TLIMIT? {input}", set="TLIMIT {input},{limit}", every=SETTING, fields=(
        Field(name="limit", codec=Number(1, 0, 2999, chars=6), unit="K", doc="Above this all outputs go off; 0 none"),),
        doc="Temperature limit"),
    Exchange(name="ALARM", query="ALARM? {input}", every=SETTING, units="INTYPE",
        set="ALARM {input},{on},{high},{low},{deadband},{latch},{audible},{visible}", fields=(
        Field(name="on", codec=OFF_ON, doc="Instrument alarm enabled"),
        Field(name="high", codec=SixDigits(), doc="Instrument alarm, high, instr. units"),
        Field(name="low", codec=SixDigits(), doc="Instrument alarm, low, instr. units"),
        Field(name="deadband", codec=SixDigits(low=0), doc="Instrument alarm deadband"),
        Field(name="latch", codec=OFF_ON, doc="Instrument alarm latches"),
        Field(name="audible", codec=OFF_ON, doc="Instrument alarm sounds"),
        Field(name="visible", codec=OFF_ON, doc="Instrument alarm lights")), doc="Alarm set-up"),
    Exchange(name="ALARMST", query="ALARMST? {input}", every=LATCHED, fields=(
        Field(name="high", codec=OFF_ON, doc="Instrument high alarm"),
        Field(name="low", codec=OFF_ON, doc="Instrument low alarm")), doc="Alarm state"),
    Exchange(name="ALMRST", set="ALMRST", doc="Reset instrument alarms"),
)  # fmt: skip

# --- 4.4: outputs and control --------------------------------------------------------------------

GAIN = Number(1, 0.1, 1000, chars=7)
DERIVATIVE = Number(1, 0, 200, chars=6)
RATE = Number(1, 0, 100, chars=6, smallest=0.1)  # 0 is no ramp at all: the setpoint jumps
CURRENTS_335 = Choice(("User", "0.707 A", "1 A", "1.414 A", "1.732 A"))
RESISTANCE = Choice(("25 Ohm", "50 Ohm"), (1, 2))
DISPLAYED = Choice(("Current", "Power"), (1, 2))
MODES = Choice(("Off", "Closed loop", "Zone", "Open loop", "Monitor out", "Warm-up"))

OUTPUTS = (
    Exchange(name="RANGE", query="RANGE? {output}", set="RANGE {output},{range}", every=FAST, fields=(
        Field(name="range", codec=Choice(("Off", "Low", "Medium", "High")), doc="Heater range"),), doc="Heater range"),
    # The same exchange on an output of voltage type, which knows two states.
    Exchange(name="RANGE.voltage", query="RANGE? {analog}", set="RANGE {analog},{range}", every=FAST, fields=(
        Field(name="range", codec=OFF_ON, doc="Output on"),), doc="Output on"),
    Exchange(name="SETP", query="SETP? {output}", set="SETP {output},{setpoint}", every=MOVING, fields=(
        Field(name="setpoint", codec=Number(3), doc="Working setpoint, moves in a ramp"),), doc="Setpoint"),
    Exchange(name="RAMPST", query="RAMPST? {output}", every=MOVING, fields=(
        Field(name="ramping", codec=OFF_ON, doc="Setpoint is ramping"),), doc="Ramp state"),
    Exchange(name="OUTMODE", query="OUTMODE? {output}", set="OUTMODE {output},{mode},{input},{powerup}", every=2.0, fields=(
        Field(name="mode", codec=MODES, doc="Output mode"),
        Field(name="input", codec=INPUTS_335, doc="Control input"),
        Field(name="powerup", codec=OFF_ON, doc="Range survives a power cycle")), doc="Output mode"),
    Exchange(name="HTRSET", query="HTRSET? {heater}", every=SETTING,
        set="HTRSET {heater},{type},{resistance},{max_current},{user_current},{display}", fields=(
        Field(name="type", codec=Choice(("Current", "Voltage")), doc="Output type"),
        Field(name="resistance", codec=RESISTANCE, doc="Heater resistance setting"),
        Field(name="max_current", codec=CURRENTS_335, doc="Maximum current setting"),
        Field(name="user_current", codec=Number(3, 0, 1.732, chars=6), unit="A", doc="Maximum current if set to User"),
        Field(name="display", codec=DISPLAYED, doc="Percent is of current or of power")), doc="Heater set-up"),
    Exchange(name="PID", query="PID? {output}", set="PID {output},{p},{i},{d}", every=SETTING, fields=(
        Field(name="p", codec=GAIN, doc="Proportional gain"),
        Field(name="i", codec=Number(1, 0, 1000, chars=7), doc="Integral, 1000/seconds"),
        Field(name="d", codec=DERIVATIVE, unit="%", doc="Derivative, of a quarter of 1000/I")), doc="PID"),
    Exchange(name="MOUT", query="MOUT? {output}", set="MOUT {output},{percent}", every=SETTING, fields=(
        Field(name="percent", codec=Number(2, -100, 100, chars=7), unit="%", doc="Manual output"),), doc="Manual output"),
    Exchange(name="RAMP", query="RAMP? {output}", set="RAMP {output},{on},{rate}", every=2.0, fields=(
        Field(name="on", codec=OFF_ON, doc="Ramping enabled"),
        Field(name="rate", codec=RATE, unit="K/min", doc="Ramp rate")), doc="Ramp"),
    Exchange(name="ZONE", query="ZONE? {output},{zone}", every=SETTING,
        set="ZONE {output},{zone},{upper},{p},{i},{d},{mout},{range},{input},{rate}", fields=(
        Field(name="upper", codec=Number(2, 0, 2999), unit="K", doc="Upper bound of the zone"),
        Field(name="p", codec=GAIN, doc="Proportional gain in the zone"),
        Field(name="i", codec=Number(1, 0, 1000, chars=7), doc="Integral in the zone"),
        Field(name="d", codec=DERIVATIVE, unit="%", doc="Derivative in the zone"),
        Field(name="mout", codec=Number(2, 0, 100, chars=7), unit="%", doc="Manual output in the zone"),
        Field(name="range", codec=Integer(0, 3, chars=1), doc="Heater range code in the zone"),
        Field(name="input", codec=Integer(0, 2, chars=1), doc="Control input code in the zone"),
        Field(name="rate", codec=RATE, unit="K/min", doc="Ramp rate in the zone")), doc="Zone table"),
    Exchange(name="ATUNE", set="ATUNE {output},{mode}", fields=(
        Field(name="mode", codec=Choice(("P", "PI", "PID")), doc="Autotune mode"),), doc="Start autotune"),
    Exchange(name="TUNEST", query="TUNEST?", every=LATCHED, fields=(
        Field(name="active", codec=OFF_ON, doc="Autotune runs"),
        Field(name="output", codec=Integer(0, 4, chars=1), doc="Output being tuned"),
        Field(name="error", codec=OFF_ON, doc="Autotune failed"),
        Field(name="stage", codec=Integer(0, 10, chars=2), doc="Autotune stage")), doc="Autotune state"),
    Exchange(name="WARMUP", query="WARMUP? {analog}", set="WARMUP {analog},{control},{percent}", fields=(
        Field(name="control", codec=Choice(("Auto off", "Continuous")), doc="Warm-up control"),
        Field(name="percent", codec=Number(2, 0, 100, chars=7), unit="%", doc="Warm-up output")), doc="Warm-up supply"),
    Exchange(name="ANALOG", query="ANALOG? {analog}", set="ANALOG {analog},{input},{units},{high},{low},{polarity}", fields=(
        Field(name="input", codec=INPUTS_335, doc="Monitored input"),
        Field(name="units", codec=UNITS, doc="Monitored units"),
        Field(name="high", codec=SixDigits(4), doc="Reading at +100 %"),
        Field(name="low", codec=SixDigits(4), doc="Reading at 0 % or -100 %"),
        Field(name="polarity", codec=Choice(("Unipolar", "Bipolar")), doc="Polarity")), doc="Monitor out"),
    # The 335 alone has this command; the manual's query takes no argument.
    Exchange(name="POLARITY", query="POLARITY?", set="POLARITY 2,{polarity}", fields=(
        Field(name="polarity", codec=Choice(("Unipolar", "Bipolar")), doc="Polarity of output 2"),), doc="Polarity"),
)  # fmt: skip

# --- 4.5: curves ---------------------------------------------------------------------------------

CURVES = (
    Exchange(name="CRVHDR", query="CRVHDR? {curve}", set="CRVHDR {curve},{name},{serial},{format},{limit},{coefficient}",
        alone=True, fields=(
        Field(name="name", codec=Text(15), doc="Name of the curve"),
        Field(name="serial", codec=Text(10), doc="Serial number of the sensor"),
        Field(name="format", codec=Choice(("mV/K", "V/K", "Ohm/K", "log Ohm/K"), (1, 2, 3, 4)), doc="Curve format"),
        Field(name="limit", codec=Number(3, 0, 9999), unit="K", doc="Setpoint limit of the curve"),
        Field(name="coefficient", codec=Choice(("Negative", "Positive"), (1, 2)), doc="Temperature coefficient")),
        doc="Curve header"),
    Exchange(name="CRVPT", query="CRVPT? {curve},{point}", set="CRVPT {curve},{point},{sensor},{kelvin}", fields=(
        Field(name="sensor", codec=SixDigits(), doc="Sensor units of the point"),
        Field(name="kelvin", codec=SixDigits(4), unit="K", doc="Temperature of the point")), doc="Curve point"),
    Exchange(name="CRVDEL", set="CRVDEL {user_curve}", doc="Delete a user curve"),
    Exchange(name="SCAL", set="SCAL {standard},{destination},{serial},{t1},{u1},{t2},{u2},{t3},{u3}", fields=(
        Field(name="standard", codec=Choice(("DT-470", "PT-100", "PT-1000"), (1, 6, 7)), doc="Standard curve"),
        Field(name="destination", codec=Integer(21, 59), doc="User curve to write"),
        Field(name="serial", codec=Text(10), doc="Serial number of the sensor"),
        *(Field(name=f"{quantity}{n}", codec=SixDigits(), doc=f"SoftCal point {n}")
          for n in (1, 2, 3) for quantity in ("t", "u"))), doc="SoftCal"),
)  # fmt: skip

# --- 4.6: relays, panel, interface, system -------------------------------------------------------

SYSTEM = (
    Exchange(name="RELAY", query="RELAY? {relay}", set="RELAY {relay},{mode},{input},{alarm}", every=SETTING, fields=(
        Field(name="mode", codec=Choice(("Off", "On", "Alarms")), doc="Relay mode"),
        Field(name="input", codec=Letter(("A", "B")), doc="Input whose alarm drives the relay"),
        Field(name="alarm", codec=Choice(("Low", "High", "Both")), doc="Alarm that drives the relay")), doc="Relay"),
    Exchange(name="RELAYST", query="RELAYST? {relay}", every=LATCHED, fields=(
        Field(name="state", codec=OFF_ON, doc="Relay is energised"),), doc="Relay state"),
    Exchange(name="BRIGT", query="BRIGT?", set="BRIGT {brightness}", fields=(
        Field(name="brightness", codec=Choice(("25 %", "50 %", "75 %", "100 %")), doc="Display brightness"),),
        doc="Display brightness"),
    Exchange(name="DISPLAY", query="DISPLAY?", set="DISPLAY {mode}", fields=(
        Field(name="mode", codec=Choice(("Input A", "A max/min", "Two-input A", "Input B", "B max/min", "Two-input B",
            "Custom", "Two-loop")), doc="Front-panel page"),), doc="Display page"),
    Exchange(name="DISPFLD", query="DISPFLD? {field}", set="DISPFLD {field},{source},{units}", fields=(
        Field(name="source", codec=Integer(0, 6, chars=1), doc="Source of the field"),
        Field(name="units", codec=Choice(("Kelvin", "Celsius", "Sensor", "Min", "Max", "Name"), (1, 2, 3, 4, 5, 6)),
            doc="Units of the field")), doc="Display field"),
    Exchange(name="LEDS", query="LEDS?", set="LEDS {on}", fields=(
        Field(name="on", codec=OFF_ON, doc="Front-panel LEDs"),), doc="Front-panel LEDs"),
    Exchange(name="LOCK", query="LOCK?", set="LOCK {on},{code}", fields=(
        Field(name="on", codec=OFF_ON, doc="Keypad locked"),
        Field(name="code", codec=Integer(0, 999), doc="Keypad lock code")), doc="Keypad lock"),
    Exchange(name="MODE", query="MODE?", set="MODE {mode}", every=SETTING, fields=(
        Field(name="mode", codec=Choice(("Local", "Remote", "Remote lock")), doc="Front panel or remote"),),
        doc="Remote mode"),
    Exchange(name="IEEE", query="IEEE?", set="IEEE {address}", fields=(
        Field(name="address", codec=Integer(1, 30), doc="IEEE-488 address"),), doc="IEEE-488 address"),
    Exchange(name="EMUL", query="EMUL?", set="EMUL {emulation},{scaling}", fields=(
        Field(name="emulation", codec=Integer(0, 9, chars=1), doc="Imitates an older model, 0 no"),
        Field(name="scaling", codec=Integer(0, 9, chars=1), doc="PID scaling of the older model")), doc="Emulation mode"),
    Exchange(name="DFLT", set="DFLT 99", doc="Factory defaults"),
)  # fmt: skip

USER_CURVES = tuple(range(21, 60))

LAKESHORE335 = Model(
    name="lakeshore335",
    maker="LSCI",
    idn="MODEL335",
    inputs=("A", "B"),
    outputs=(1, 2),
    heaters=(1, 2),
    analogs=(2,),
    relays=(1, 2),
    zones=tuple(range(1, 11)),
    curves=tuple(range(1, 60)),
    user_curves=USER_CURVES,
    points=tuple(range(1, 201)),
    display_fields=(1, 2, 3, 4),
    rows={row.name: row for row in (*READINGS, *OUTPUTS, *INPUT_SETUP, *SYSTEM, *CURVES, *COMMON, *OPERATION)},
)

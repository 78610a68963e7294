"""The Lake Shore 218 temperature monitor: eight inputs in two groups, no control output.

Source of all rows: lakeshore-protocol.md 3.2 and 7.3 [M218], checked against chapters 4 to 6 of the 218 manual
itself.  One query a message, commands may stand before it; 9600 baud: so all eight inputs are asked for at
once where the instrument can do that, and polling periods (``every``) are as short as eight inputs allow.
"""

from __future__ import annotations

from dataclasses import replace

from cryoioc.devices.lakeshore.common import COMMON, OFF_ON
from cryoioc.devices.lakeshore.model335 import LAKESHORE335
from cryoioc.quantities import Exchange, Field, Model, variation
from cryoioc.wire.codecs import Bare, Bits, Choice, Integer, Letter, Number, SixDigits, Text

READING = 1.25  # s
SENSOR = 5.0  # s
LATCHED = 10.0  # s
RARE = 30.0  # s
SETTING = 60.0  # s

NUMBERS = tuple(str(number) for number in range(1, 9))
SENSORS = Choice(
    ("2.5 V diode", "7.5 V diode", "250 Ohm platinum", "500 Ohm platinum", "5 kOhm platinum", "Cernox")
)
SOURCES = Choice(("Kelvin", "Celsius", "Sensor", "Linear"), (1, 2, 3, 4))
STATUS_BITS = Bits(((16, "Under range"), (32, "Over range"), (64, "Sensor under range"), (128, "Sensor over range")))
EVENT_BITS = Bits(
    (
        (1, "OPC"),
        (4, "Query error"),
        (8, "Device error"),
        (16, "Execution error"),
        (32, "Command error"),
        (128, "Power on"),
    )
)
RELAYS = Bits(tuple((1 << n, f"Relay {n + 1}") for n in range(8)))
LOGGED = Bits(((1, "Low alarm"), (2, "High alarm"), (4, "Temperature out of range"), (8, "Sensor out of range")), chars=2)
FIVE = SixDigits(5)  # five digits are kept of what is set (4.3, 4.7 of the manual); the point floats


def _all(name: str, doc: str, unit: str = "") -> Exchange:
    """Return the exchange that asks all inputs at once: input 0."""
    return Exchange(name=f"{name}.all", query=f"{name}? 0", every={"KRDG": READING, "SRDG": SENSOR}.get(name, 0.0),
        fields=tuple(Field(name=f"input{n}", codec=Number(3, chars=7), unit=unit, doc=f"{doc} of input {n}")
                     for n in NUMBERS), doc=f"{doc} of all inputs")  # fmt: skip


# --- readings ------------------------------------------------------------------------------------

READINGS = (
    _all("KRDG", "Temperature", "K"),
    Exchange(name="RDGST", query="RDGST? {input}", every=READING, fields=(
        Field(name="status", codec=STATUS_BITS, doc="Reading status bits"),), doc="Reading status"),
    _all("SRDG", "Sensor reading"),
    _all("CRDG", "Temperature", "degC"),
    _all("LRDG", "Linear data"),
    Exchange(name="KRDG", query="KRDG? {input}", fields=(
        Field(name="kelvin", codec=Number(3, chars=7), unit="K", doc="Temperature"),), doc="Kelvin reading"),
    Exchange(name="SRDG", query="SRDG? {input}", fields=(
        Field(name="sensor", codec=Number(3, chars=7), doc="Sensor reading"),), doc="Sensor units reading"),
    Exchange(name="CRDG", query="CRDG? {input}", fields=(
        Field(name="celsius", codec=Number(3, chars=7), unit="degC", doc="Temperature"),), doc="Celsius reading"),
    Exchange(name="LRDG", query="LRDG? {input}", fields=(
        Field(name="linear", codec=Number(3, chars=7), doc="Linear equation of the reading"),), doc="Linear data"),
    Exchange(name="MNMXRDG", query="MNMXRDG? {input}", every=RARE, units="MNMX", fields=(
        Field(name="minimum", codec=Number(3, chars=7), doc="Lowest reading since reset"),
        Field(name="maximum", codec=Number(3, chars=7), doc="Highest reading since reset")), doc="Min/max readings"),
    Exchange(name="MNMX", query="MNMX? {input}", set="MNMX {input},{source}", fields=(
        Field(name="source", codec=SOURCES, doc="What min and max are taken of"),), doc="Source of min/max"),
    LAKESHORE335["MNMXRST"],
    Exchange(name="KEYST", query="KEYST?", fields=(
        Field(name="pressed", codec=OFF_ON, doc="A key was pressed since the last asking"),), doc="Keypad status"),
)  # fmt: skip

# --- input configuration ---------------------------------------------------------------------------

INPUT_SETUP = (
    Exchange(name="INPUT", query="INPUT? {input}", set="INPUT {input},{on}", every=LATCHED, fields=(
        Field(name="on", codec=OFF_ON, doc="Input is scanned"),), doc="Input control"),
    Exchange(name="INTYPE", query="INTYPE? {group}", set="INTYPE {group},{type}", every=RARE, fields=(
        Field(name="type", codec=SENSORS, doc="Sensor type, of four inputs at once"),), doc="Input type"),
    Exchange(name="INCRV", query="INCRV? {input}", set="INCRV {input},{curve}", every=LATCHED, fields=(
        Field(name="curve", codec=Integer(0, 28, chars=2), doc="Curve number, 0 none"),), doc="Input curve"),
    replace(LAKESHORE335["FILTER"], every=SETTING),
    Exchange(name="LINEAR", query="LINEAR? {input}", set="LINEAR {input},{m},{source},{b}", fields=(
        Field(name="m", codec=FIVE, doc="Slope m of y = m x + b"),
        Field(name="source", codec=Choice(SOURCES.words[:3], SOURCES.codes[:3]), doc="What x is"),
        Field(name="b", codec=FIVE, doc="Offset b of y = m x + b")), doc="Linear equation"),
    Exchange(name="ALARM", query="ALARM? {input}", every=SETTING,
        set="ALARM {input},{on},{source},{high},{low},{deadband},{latch}", fields=(
        Field(name="on", codec=OFF_ON, doc="Instrument alarm enabled"),
        Field(name="source", codec=SOURCES, doc="What the alarm looks at"),
        Field(name="high", codec=FIVE, doc="Instrument alarm, high, in its source"),
        Field(name="low", codec=FIVE, doc="Instrument alarm, low, in its source"),
        Field(name="deadband", codec=SixDigits(5, low=0), doc="Instrument alarm deadband"),
        Field(name="latch", codec=OFF_ON, doc="Instrument alarm latches")), doc="Alarm set-up"),
    replace(LAKESHORE335["ALARMST"], every=LATCHED),
    LAKESHORE335["ALMRST"],
    Exchange(name="ALMB", query="ALMB?", set="ALMB {on}", every=SETTING, fields=(
        Field(name="on", codec=OFF_ON, doc="Instrument alarms sound the beeper"),), doc="Beeper"),
)  # fmt: skip

# --- analog outputs and relays: 218S only --------------------------------------------------------------

OUTPUTS = (
    Exchange(name="ANALOG", query="ANALOG? {analog}",
        set="ANALOG {analog},{bipolar},{mode},{input},{source},{high},{low},{manual}", fields=(
        Field(name="bipolar", codec=OFF_ON, doc="Output can be negative"),
        Field(name="mode", codec=Choice(("Off", "Input", "Manual")), doc="What the output follows"),
        Field(name="input", codec=Integer(1, 8, chars=1), doc="Input it follows"),
        Field(name="source", codec=SOURCES, doc="What of the input it follows"),
        Field(name="high", codec=FIVE, doc="Reading at +100 %"),
        Field(name="low", codec=FIVE, doc="Reading at 0 % or -100 %"),
        Field(name="manual", codec=Number(2, -100, 100, chars=7), unit="%", doc="Output in mode Manual")),
        doc="Analog output set-up"),
    Exchange(name="AOUT", query="AOUT? {analog}", fields=(
        Field(name="percent", codec=Number(3, chars=7), unit="%", doc="Output, of full scale"),), doc="Analog output"),
    Exchange(name="RELAY", query="RELAY? {relay}", set="RELAY {relay},{mode},{input},{alarm}", every=SETTING, fields=(
        Field(name="mode", codec=Choice(("Off", "On", "Alarms")), doc="Relay mode"),
        Field(name="input", codec=Letter(NUMBERS), doc="Input whose alarm drives the relay"),
        Field(name="alarm", codec=Choice(("Low", "High", "Both")), doc="Alarm that drives the relay")), doc="Relay"),
    Exchange(name="RELAYST", query="RELAYST?", every=LATCHED, fields=(
        Field(name="states", codec=RELAYS, doc="Relays that are energised, bits"),), doc="Relay states"),
)  # fmt: skip

# --- curves ------------------------------------------------------------------------------------------

CURVES = (
    # Texts without quotes, as the manual's own example has them.
    Exchange(name="CRVHDR", query="CRVHDR? {curve}", set="CRVHDR {curve},{name},{serial},{format},{limit},{coefficient}",
        fields=(
        Field(name="name", codec=Bare(15), doc="Name of the curve"),
        Field(name="serial", codec=Bare(10), doc="Serial number of the sensor"),
        Field(name="format", codec=Choice(("V/K", "Ohm/K", "log Ohm/K"), (2, 3, 4)), doc="Curve format"),
        Field(name="limit", codec=Number(3, 0, 9999.9), unit="K", doc="Temperature limit, not used by the 218"),
        Field(name="coefficient", codec=Choice(("Negative", "Positive"), (1, 2)), doc="Temperature coefficient")),
        doc="Curve header"),
    Exchange(name="CRVPT", query="CRVPT? {curve},{point}", set="CRVPT {curve},{point},{sensor},{kelvin}", fields=(
        Field(name="sensor", codec=SixDigits(), doc="Sensor units of the point"),
        Field(name="kelvin", codec=SixDigits(4), unit="K", doc="Temperature of the point")), doc="Curve point"),
    LAKESHORE335["CRVDEL"],
    Exchange(name="SCAL", set="SCAL {standard},{destination},{serial},{t1},{u1},{t2},{u2},{t3},{u3}", fields=(
        Field(name="standard", codec=Choice(("DT-470", "PT-100", "PT-1000"), (1, 6, 7)), doc="Standard curve"),
        Field(name="destination", codec=Integer(21, 28), doc="User curve to write"),
        Field(name="serial", codec=Bare(10), doc="Serial number of the sensor"),
        *(Field(name=f"{quantity}{n}", codec=SixDigits(), doc=f"SoftCal point {n}")
          for n in (1, 2, 3) for quantity in ("t", "u"))), doc="SoftCal"),
)  # fmt: skip

# --- data log ------------------------------------------------------------------------------------------

LOG = (
    Exchange(name="LOG", query="LOG?", set="LOG {on}", fields=(
        Field(name="on", codec=OFF_ON, doc="Data are logged"),), doc="Data log"),
    Exchange(name="LOGSET", query="LOGSET?", set="LOGSET {mode},{overwrite},{start},{period},{readings}", fields=(
        Field(name="mode", codec=Choice(("Off", "Log", "Log events", "Print", "Print events")), doc="What is logged"),
        Field(name="overwrite", codec=OFF_ON, doc="Old records give way"),
        Field(name="start", codec=Choice(("Clear", "Continue")), doc="What switching the log on does"),
        Field(name="period", codec=Integer(1, 3600, chars=4), unit="s", doc="Time between records"),
        Field(name="readings", codec=Integer(1, 8, chars=1), doc="Readings of a record")), doc="Log set-up"),
    Exchange(name="LOGREAD", query="LOGREAD? {reading}", set="LOGREAD {reading},{input},{source}", fields=(
        Field(name="input", codec=Integer(1, 8, chars=1), doc="Input that is logged"),
        Field(name="source", codec=SOURCES, doc="What of the input is logged")), doc="Reading of a record"),
    Exchange(name="LOGNUM", query="LOGNUM?", fields=(
        Field(name="last", codec=Integer(0, 9999, chars=4), doc="Number of the last record"),), doc="Last record"),
    Exchange(name="LOGVIEW", query="LOGVIEW? {record},{reading}", fields=(
        Field(name="date", codec=Text(8), doc="Date of the record, month first"),
        Field(name="time", codec=Text(8), doc="Time of the record"),
        Field(name="value", codec=Number(3, chars=7), doc="Reading"),
        Field(name="status", codec=LOGGED, doc="Status bits of the reading"),
        Field(name="source", codec=SOURCES, doc="What of the input was logged")), doc="Logged reading"),
)  # fmt: skip

# --- panel, interface, system ------------------------------------------------------------------------------

SYSTEM = (
    Exchange(name="DATETIME", query="DATETIME?", set="DATETIME {month},{day},{year},{hour},{minute},{second}", fields=(
        Field(name="month", codec=Integer(1, 12, chars=2), doc="Month"),
        Field(name="day", codec=Integer(1, 31, chars=2), doc="Day"),
        Field(name="year", codec=Integer(0, 99, chars=2), doc="Year of the century"),
        Field(name="hour", codec=Integer(0, 23, chars=2), doc="Hour"),
        Field(name="minute", codec=Integer(0, 59, chars=2), doc="Minute"),
        Field(name="second", codec=Integer(0, 59, chars=2), doc="Second")), doc="Date and time"),
    Exchange(name="BAUD", query="BAUD?", set="BAUD {rate}", fields=(
        Field(name="rate", codec=Choice(("300", "1200", "9600")), doc="Baud rate"),), doc="Baud rate"),
    # The manual's syntax line has DSPFLD, its heading, table and sample dialogue DISPFLD.
    Exchange(name="DISPFLD", query="DISPFLD? {field}", set="DISPFLD {field},{input},{source}", fields=(
        Field(name="input", codec=Integer(0, 8, chars=1), doc="Input shown, 0 none"),
        Field(name="source", codec=Choice((*SOURCES.words, "Min", "Max"), (*SOURCES.codes, 5, 6)),
            doc="What of the input is shown")), doc="Display field"),
    LAKESHORE335["LOCK"],
    replace(LAKESHORE335["MODE"], every=SETTING),
    Exchange(name="IEEE", query="IEEE?", set="IEEE {terminator},{eoi},{address}", fields=(
        Field(name="terminator", codec=Choice(("CR LF", "LF CR", "LF", "None")), doc="IEEE-488 terminator"),
        Field(name="eoi", codec=Choice(("On", "Off")), doc="EOI; 0 stands for On"),
        Field(name="address", codec=Integer(1, 30, chars=2), doc="IEEE-488 address")), doc="IEEE-488 interface"),
    LAKESHORE335["DFLT"],
)  # fmt: skip

EVENTS = {
    name: replace(LAKESHORE335[name], fields=(replace(LAKESHORE335[name].fields[0], codec=EVENT_BITS),))
    for name in ("*ESE", "*ESR")
}
OWN_COMMON = tuple(EVENTS.get(row.name, row) for row in COMMON if row.name != "*WAI")  # not supported

LAKESHORE218 = Model(
    name="lakeshore218",
    maker="LSCI",
    idn="MODEL218",
    inputs=NUMBERS,
    groups=("A", "B"),
    analogs=(1, 2),
    relays=tuple(range(1, 9)),
    curves=(*range(1, 10), *range(21, 29)),
    user_curves=tuple(range(21, 29)),
    points=tuple(range(1, 201)),
    display_fields=tuple(range(1, 9)),
    log_readings=tuple(range(1, 9)),
    log_records=tuple(range(1, 1501)),
    rows={row.name: row for row in (*READINGS, *INPUT_SETUP, *OUTPUTS, *SYSTEM, *CURVES, *LOG, *OWN_COMMON)},
)

# The version without IEEE-488, relays and analog outputs; how it names itself is unverified, so the name of the
# station file decides which of the two is there.
LAKESHORE218E = variation(
    LAKESHORE218, name="lakeshore218e", drop=("ANALOG", "AOUT", "RELAY", "RELAYST", "IEEE"), analogs=(), relays=()
)

"""The alarms of all kinds of PV in words: what is announced, and what an operator does about it.

Texts only, so that they can be read and corrected in one place.  Each is referred to where its PV is declared.
"""

from __future__ import annotations

from cryoioc.pvs.about import Alert

STATION = Alert(
    says="Station is not OK",
    guidance="Read OK:WHY: a required reading is invalid, an instrument is not connected, an interlock has tripped or "
    "does not know its input. The alarm of that PV stands beside this one and says what to do; this one goes when it "
    "does.",
    panel="station",
    delay=10,
    latching=False,
    annunciating=False,
)
INTERLOCKS = Alert(
    says="Interlock",
    guidance="Read INTLK:FIRST for the interlock that acted first and INTLK:MSG for the reason. The heaters it guards "
    "are off and stay off. Remove the cause, put INTLK:RESET, then switch on again by hand. If it says Bypassed, find "
    "out who bypassed it and for how long. Latched without a FIRST: what was latched before a restart is not known; "
    "look at INTLK:MSG and at the cryostat, then put INTLK:RESET.",
    panel="interlocks",
    delay=0,
    latching=False,
)
INTERLOCK = Alert(
    says="{pv}",
    guidance="Read {pv}:WHY:LONG: it says what was read and when. What it guards is off and stays off. Remove the "
    "cause; as long as it is there it says Tripped and no reset is taken. Then put {pv}:RESET and switch on again by "
    "hand. Bypassed: nothing is protected until {pv}:BYPASS has run down. INVALID: its input is not known.",
    panel="interlocks",
    delay=0,
    latching=False,
    annunciating=False,
)
NOT_OBEYED = Alert(
    says="Heaters were not confirmed off after a trip",
    guidance="An interlock switched heaters off and the instrument did not show that they are. Not confirmed: switch "
    "the outputs off at the front panel, at once, or cut the mains of the controller; the IOC goes on trying. "
    "Escalated: everything was put off instead. Read INTLK:MSG:LONG for the instrument.",
    panel="interlocks",
    delay=0,
    latching=False,
)
DEFIED = Alert(
    says="A heater is on though its interlock is latched",
    guidance="Somebody switched a range on at the front panel after a trip. The cause is gone, so it is left on. Read "
    "INTLK:FIRST for the interlock, make sure that whoever did it knows why it tripped, and put INTLK:RESET.",
    panel="interlocks",
    delay=0,
    latching=False,
)
UNPROTECTED = Alert(
    says="An interlock has no input",
    guidance="Read INTLK:UNPROTECTED: the station file names interlocks whose gauge or instrument this station lacks. "
    "Nothing watches for what they are there for, so watch it yourself, or add the instrument to the station file.",
    panel="interlocks",
    delay=10,
    annunciating=False,
)
INTERLOCKS_DISABLED = Alert(
    says="Interlocks are disabled",
    guidance="The station file says enabled = false. Such a file is for tests against emulated instruments only. Stop "
    "the IOC and start it with the station file of this cryostat.",
    panel="interlocks",
    delay=0,
)
GUARD = Alert(
    says="{group}: the instrument's own limits are not those of the station file",
    guidance="Read {group}:GUARD:WHY for which one and how it differs. These limits hold when the computer does not. "
    "Put RANGE Off, find out who changed them, and write them with cryoioc check STATION --apply-limits.",
    panel="interlocks",
    delay=10,
    annunciating=False,
)
CONNECTED = Alert(
    says="*{instrument} is not connected",
    guidance="The instrument goes on by itself with the settings it has, but nobody sees it. Look at it: is it on, is "
    "its cable in? Read {group}:MSG and {group}:LASTERR for what the line says. The IOC connects again by itself; if "
    "they speak of an internal error, the IOC is at fault: give its log to those who look after it. If "
    "the display of the instrument looks wrong too, switch its outputs off at its front panel.",
    panel="instrument",
)
ANSWERS = Alert(
    says="{instrument} does not answer",
    guidance="Its line is open and nothing comes. If it lasts for more than a few seconds {group}:CONNECTED alarms as "
    "well: do what that says. If it comes and goes, look at {group}:ERRORS and {group}:LASTERR and at the cable.",
    panel="instrument",
    delay=0,
    latching=False,
    annunciating=False,
)
SERIAL = Alert(
    says="{instrument} is not the instrument of the station file",
    guidance="Another instrument of the same model answers on this port: read {group}:MSG. Its curves, limits and "
    "set-up may differ. Compare them before a heater is used, then correct the serial number in the station file.",
    panel="instrument",
    annunciating=False,
)
HEALTH = Alert(
    says="{instrument} reports a fault of its own",
    guidance="Not calibrated: readings may be off, have the instrument calibrated. Processor lost: its inputs are not "
    "measured, put ALLOFF and power-cycle the instrument; call its maker if that does not help.",
    panel="instrument",
)
TEMPERATURE = Alert(
    says="{group} temperature",
    guidance="High: put RANGE Off on the loop that heats {group}, look at the helium flow and the level of the dewar, "
    "and wait until it falls. Low: look for a flow set too high. INVALID: the reading is not to be used, and "
    "{group}:STATUS says why; a loop that controls on it heats blindly, so put its RANGE Off.",
    panel="thermometer",
)
READING_STATUS = Alert(
    says="{group} sensor",
    guidance="Over range or sensor over range: an open sensor or lead, or warmer than the curve ends. Under range, "
    "sensor zero: a short. Invalid: check TYPE and CURVE against the sensor. Outside range: beyond its calibration. "
    "Check the plug at the cryostat first. Put RANGE Off on a loop that controls on it until it reads again.",
    panel="thermometer",
    annunciating=False,
)
INSTRUMENT_ALARM = Alert(
    says="{instrument} alarm of {group}",
    guidance="The instrument's own alarm limit was passed; it may have switched a relay. Compare {group}:TEMP with "
    "{group}:ALARM:HIGH and {group}:ALARM:LOW. When the temperature is back, put {group}:ALARM:RESET if the alarm "
    "latches.",
    panel="thermometer",
    annunciating=False,
)
LOOP_STATE = Alert(
    says="{group} does not control",
    guidance="RangeOff: a temperature was asked for but the heater is off, put RANGE to the range it needs. Invalid: "
    "the control input has no valid reading, see its thermometer. Tripped: an interlock switched the heater off, see "
    "INTLK. {group}:MSG tells the last event.",
    panel="loop",
    latching=False,
    annunciating=False,
)
DROPPED = Alert(
    says="{group} heater fell off by itself",
    guidance="Read {group}:DROPPED:WHY. RDGST: repair the sensor. TLIMIT: let it cool, and ask why it got so warm. "
    "HTRST: check heater and leads before switching on. Front panel: ask who did it. Then put {group}:RANGE:SP again, "
    "or {group}:RESET to leave it off. The cryostat cools meanwhile.",
    panel="loop",
    delay=0,
    latching=False,
)
HEATER_FAULT = Alert(
    says="{group} heater open or short",
    guidance="Leave RANGE Off. Measure the heater at the connector of the cryostat and compare with its resistance "
    "in the station file; check RMAX. When it is repaired put {group}:HEATER:RESET and switch on in the lowest range.",
    panel="loop",
    latching=False,
)
FLOW = Alert(
    says="Helium flow",
    guidance="Low: look at the pressure and level of the dewar, at the pump and the needle valve; a blocked transfer "
    "line must be warmed before helium is forced through it. High: close the needle valve a little. MINOR with a "
    "message: the meter refers to another temperature than the station file says. INVALID: see {group}:STATUS. "
    "Without flow put ALLOFF.",
    panel="flow",
)
FLOW_GAS = Alert(
    says="Flow meter is set to a gas other than helium",
    guidance="FLOW is wrong by the ratio of the gases. Select helium at the meter; the alarm goes by itself.",
    panel="flow",
)
FLOW_STATUS = Alert(
    says="Flow meter fault",
    guidance="Over range: the flow, pressure or temperature at the meter is beyond what it measures, close the needle "
    "valve. Converter fault or no reading: power-cycle the meter and check its cable. The total does not count "
    "meanwhile.",
    panel="flow",
    annunciating=False,
)
CURVE = Alert(
    says="{group} curve is not that of the station file",
    guidance="Differs: {group}:CURVE:WHY:LONG says what. Temperatures of {group} may be wrong by any amount, so put "
    "RANGE Off on a loop that controls on it. Select the right curve with {group}:CURVE:SP, or store it anew with "
    "cryoioc curve upload. Unknown: the station file names a curve that was not delivered.",
    panel="thermometer",
    annunciating=False,
)
ALLOFF = Alert(
    says="*All off was not confirmed",
    guidance="ALLOFF was put, and an instrument did not say that its outputs are off. Switch them off at its front "
    "panel, at once. Read MSG:LONG for the instrument. This goes when an ALLOFF is confirmed.",
    panel="station",
    delay=0,
    latching=False,
)
OUTPUT_TYPE = Alert(
    says="{group} output is not of the type in the station file",
    guidance="Heater ranges and power of {group} mean something else, so RANGE is refused and POWER is unknown. Put "
    "RANGE Off, then {group}:HEATER:TYPE:SP to the type the station file names; if the file is wrong, correct it.",
    panel="loop",
)
CURRENT = Alert(
    says="{group} may drive more current than its heater stands",
    guidance="The maximum current set in the instrument is above that of the station file, and RANGE is refused. Put "
    "RANGE Off, then {group}:IMAX:SP to what heater and wiring stand.",
    panel="loop",
)
PUT_LOG = Alert(
    says="Puts are not written to the log",
    guidance="The disk of the put log is full, or its folder cannot be written: the alarm message of this PV and the "
    "log of the IOC say which. Puts are carried out nevertheless; who puts what meanwhile is known to nobody later.",
    panel="station",
)
DEWAR_LEVEL = Alert(
    says="Dewar level",
    guidance="Low: fill the dewar or change it before it is empty; DEWAR:HOLD says how long it lasts. Without "
    "liquid the transfer line draws gas and the cryostat warms. INVALID: DEWAR:LEVEL:STATUS says why; too old means "
    "that the meter has not measured for long, put DEWAR:LEVEL:MEASURE, or enter what you see. MINOR with Age assumed "
    "goes at the next sample.",
    panel="dewar",
    annunciating=False,
)
DEWAR_PRESSURE = Alert(
    says="Dewar pressure",
    guidance="Low: nothing presses helium through the transfer line; look at the gas cylinder, its regulator and the "
    "vents. High: close the gas cylinder and see that the relief valve is free of ice; do not stand over it. INVALID: "
    "DEWAR:PRESSURE:STATUS says why; an open loop is a broken wire or a transmitter without supply.",
    panel="dewar",
)
DEWAR_HOLD = Alert(
    says="Helium runs short",
    guidance="DEWAR:HOLD is the time until the dewar is empty at the present flow or fall of the level. Order or fill "
    "in time, or close the needle valve a little. INVALID: the level is not known, or neither flow nor fall is.",
    panel="dewar",
    annunciating=False,
)
TUBE_PRESSURE = Alert(
    says="Pressure in the sample tube",
    guidance="High: helium is evaporating in a tube that is not open, or air came in; open the vent, close the needle "
    "valve, and put ALLOFF if it goes on rising. Low: expected while it is pumped. INVALID: TUBE:PRESSURE:STATUS says "
    "why.",
    panel="dewar",
)
VACUUM = Alert(
    says="Insulating vacuum",
    guidance="High: the cryostat loses its insulation; look at the pump, its valve and a leak opened lately, and be "
    "ready for helium that boils off. INVALID: no gauge gives a pressure, VAC:PIRANI:STATUS and VAC:CC:STATUS say why.",
    panel="vacuum",
)
VACUUM_ELSEWHERE = Alert(
    says="Insulating vacuum",
    guidance="High: the cryostat loses its insulation; look at the pump, its valve and a leak opened lately, and be "
    "ready for helium that boils off. INVALID: the IOC that has the gauges does not answer, or gives no pressure in "
    "mbar; VAC:STATUS says which, VAC:AGE since when.",
    panel="vacuum",
)
GAUGE_STATUS = Alert(
    says="{pv}: gauge",
    guidance="Fault, no sensor, unknown sensor: look at the plug of the gauge, then change the gauge. Over range of a "
    "cold cathode: switch it off. Under range of a cold cathode: it has not struck, or the vacuum is better than it "
    "can show. Dropped: it went off though nobody here switched it off, read VAC:MSG:LONG; put VAC:CC:ON:SP when "
    "the cause is gone.",
    panel="vacuum",
    annunciating=False,
)
VALVE = Alert(
    says="Needle valve has not been entered",
    guidance="Nobody measures the valve. Look how many turns it is open and enter that in VALVE:SP.",
    panel="dewar",
    annunciating=False,
)
STATE = Alert(
    says="Settings and totals may not survive a restart",
    guidance="Read IOC:STATE:WHY. Failing: the state folder cannot be written, make room or repair its rights; it is "
    "tried again three times a second. Late: the disk is slow, look what else works on it and whether it fails. Set "
    "aside: the file is damaged or of a newer version, settings of the IOC and limits of interlocks are those of the "
    "station file and totals begin at 0; look at saved.bad in the state folder and put the settings again. What was "
    "latched is not known: nothing is switched on until INTLK:RESET is put. Dropped: these "
    "saved values were not used, because the station file has changed since they were put or does not allow them; put "
    "them again if they are still wanted.",
    panel="station",
    annunciating=False,
)
POWER_STATE = Alert(
    says="{group} power output",
    guidance="Tripped: a protection of the supply has acted; read {group}:MSG:LONG, look for a short or a wrong "
    "setting, put {group}:RESET, then switch on again by hand. No voltage: it is switched on and delivers nothing, as "
    "after the supply's watchdog or with a broken lead; put {group}:RESET. INVALID: see whether {instrument} is "
    "connected, and switch it off at its front panel if the cryostat must not be heated.",
    panel="power",
)
POWER_LIMITS = Alert(
    says="{group} limits of the supply are not those of the station file",
    guidance="{group}:LIMITS:WHY says which. Too wide while it heats is MAJOR: somebody has set the supply above what "
    "the station file allows, or a protection is off. Put {group}:STATE:SP Off, find out who, then put "
    "{group}:PROGRAM before it is switched on again. MINOR: it is off, as after the mains came back, and is not "
    "switched on with wide limits, or the supply holds back more than it need; put {group}:PROGRAM while it is off.",
    panel="power",
    delay=0,
)
COMPRESSOR = Alert(
    says="Compressor of the cooler",
    guidance="Off while the cryostat is cold: it warms up from now on. Look at the compressor: mains, helium pressure, "
    "cooling air or water, its own fault lamp. Bring amplifiers with a cold bias to Off before they are warm. If it is "
    "off on purpose the alarm goes when the stages are warm. INVALID: COMP:STATUS says why it is not known.",
    panel="vacuum",
)
LOAD_POWER = Alert(
    says="{group}: power of the receiver",
    guidance="Look whether the load stands in front of the horn and the amplifiers are biased; compare with the last "
    "measurement in YF:HISTORY:TRX. INVALID: {pv}:STATUS says why.",
    panel="receiver",
    annunciating=False,
)
BIAS_TRIP = Alert(
    says="{group} bias has tripped",
    guidance="The drains of {group} were switched off and stay off. Read {group}:TRIP:WHY:LONG for what was found: a "
    "current or voltage out of its window, a gate that leaks, an instrument that did not answer or obey, a hand at a "
    "supply, an interlock. Remove the cause, put {group}:RESET, then put {group}:BIAS:SP again by hand. If "
    "{group}:BIAS does not say Off, switch the drains off at the supplies' front panels, at once.",
    panel="receiver",
    delay=0,
    latching=False,
)
BIAS_STATE = Alert(
    says="{group} biasing",
    guidance="Tripped: the alarm of {group}:TRIP stands beside this one and says what to do. INVALID: its supplies are "
    "not read; see whether they are connected.",
    panel="receiver",
    annunciating=False,
)
BIAS_WARNING = Alert(
    says="{group} bias: something is wrong and left alone",
    guidance="Read {group}:MSG:LONG: a gate takes more current than a sound one, a drain is on that no put has "
    "switched on, or an output is not known to be off. Nothing was changed. Watch it, or put {group}:BIAS:SP "
    "Off and look at the supplies.",
    panel="receiver",
)
BIAS_UNPROTECTED = Alert(
    says="{group}: its supplies cannot protect the transistors",
    guidance="The instrument that feeds the drains gives more than a transistor stands and has no limits that could be "
    "programmed: only the IOC stands between a mistake and a lost transistor. Put a supply with an over-voltage "
    "protection and a current limit in its place, or a limiter in the cable. Where {group}:GUARD says Differs, the "
    "supplies have limits and somebody has changed them: see there.",
    panel="receiver",
    delay=10,
)
BIAS_GUARD = Alert(
    says="{group}: what its supplies keep by themselves is not what the station file says",
    guidance="Read {group}:GUARD:WHY for which limit and how it differs. The bias is on and was left as it is, but the "
    "supplies would no longer save a transistor from a mistake. Find out who changed them. Set them right at the "
    "supply, the current limit first, or put {group}:BIAS:SP Off and then the bias again: limits are written and "
    "read back before a drain is switched on.",
    panel="receiver",
    delay=0,
)
BIAS_DEVIATION = Alert(
    says="{pv}",
    guidance="This stage was at the bias of its table and has drifted off by more than 20 %. Compare VD, ID and VG of "
    "{group} with their NOM. A gate that moved while the current stands is a change of the transistor or of its "
    "temperature; a voltage that moved is the supply or a lead. Put {group}:BIAS:SP Off if it goes on.",
    panel="receiver",
)

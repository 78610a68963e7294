"""What every vacuum gauge controller says, in one vocabulary: the state of a gauge, and units of pressure."""

from __future__ import annotations

# States of a gauge.  Under range and over range are bounds, and everything after them is no pressure at all.
OK, UNDER, OVER = "OK", "Under range", "Over range"
FAULT, OFF, NO_SENSOR, UNKNOWN_SENSOR = "Fault", "Off", "No sensor", "Unknown sensor"
STARTING, PROTECTED, HELD_OFF = "Starting", "Protected", "Held off"
STATES = (OK, UNDER, OVER, FAULT, OFF, NO_SENSOR, UNKNOWN_SENSOR, STARTING, PROTECTED, HELD_OFF)

TORR = 101325.0 / 760.0 / 100.0  # mbar
# mbar, by the word of a controller for its unit; volts are not in the list
MBAR = {"mbar": 1.0, "hPa": 1.0, "Pa": 0.01, "Torr": TORR, "micron": 1e-3 * TORR}

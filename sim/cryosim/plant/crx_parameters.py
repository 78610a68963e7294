"""Numbers of the receiver twin: masses, conductances, volumes, and where each comes from.

``seed``: read off the report IT-OAN 2010-14 (seed 001).  ``fitted``: chosen so that the replayed figures agree
with the written ones.  ``assumed``: plausible and without effect on them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """Of one cryostat; SI, and as of physics.md section 7."""

    ambient: float = 295.0  # K, room; physics.md 7

    first_aluminium: float = 3.2  # kg, shield and its plate; fitted: cooldown
    second_aluminium: float = 1.6  # kg, cold plate, polarizer, amplifiers; fitted: cooldown
    second_copper: float = 1.0  # kg, polarizer and amplifiers; fitted: cooldown
    box_aluminium: float = 0.06  # kg, one zeolite box and what is in it; assumed
    box_link: float = 0.03  # W/K, box to its stage; assumed: 0.95 W bring a warm one to its thermostat

    shield_area: float = 0.32  # m2; physics.md 7
    shield_emissivity: float = 0.0105  # effective, eight layers; fitted: 4.5 W/m2
    first_conductance: float = 0.0973  # W/K, RF transition, coaxial lines and supports; fitted: 19 W
    window_area: float = 0.0020  # m2; fitted: 4 W
    window_emissivity: float = 0.955  # effective; fitted: 0.82 W
    second_room: float = 0.00285  # W/K, room to cold plate; fitted: 4 W
    second_conductance: float = 0.0335  # W/K, shield to cold plate; fitted: 4 W
    cold_area: float = 0.10  # m2, for gas between shield and cold plate; fitted: 23 K with the leak
    displacer_first: float = 0.050  # W/K, room to first stage with the cooler at rest; physics.md 7
    displacer_second: float = 0.020  # W/K, between the stages with the cooler at rest; physics.md 7
    wires: float = 23.0  # of 36 AWG phosphor bronze; seed: three connectors
    wire_length: float = 1.5  # m, half of it to the first stage; seed: section 2.4

    volume: float = 0.028  # m3; physics.md 7
    leak: float = 2e-8  # Pa m3/s of air through seals; physics.md 7
    wall_outgassing: float = 1.5e-6  # Pa m3/s of the outer wall; fitted: 1e-6 mbar cold
    water: float = 155.5  # Pa m3 on the surfaces after they have been open; fitted: 1.3 h to 1e-2 mbar
    water_pressure: float = 30.0  # Pa over all that water at room temperature; fitted: 5.5 h to warm up with 50 V
    water_trap: float = 5.0  # m3/s, of the cold shield for water; assumed
    moistening: float = 3600.0  # s, in which surfaces open to the room become wet again; assumed
    zeolite_first: float = 9.5  # g, first stage's box; seed: section 2.4
    zeolite_second: float = 8.0  # g, second stage's box; seed: section 2.5
    zeolite_capacity: float = 12.0  # Pa m3 of nitrogen per gram; physics.md 7
    zeolite_speed: float = 8e-3  # m3/s, of each box; physics.md 7
    pump_speed: float = 5e-3  # m3/s, at the valve; physics.md 7
    pump_ultimate: float = 1e-2  # Pa, of the pump; assumed
    vent_time: float = 20.0  # s, of the vent at full opening; assumed
    relief_opens: float = 2e4  # Pa above the atmosphere; assumed

    heater_ohm: float = 100.0  # ohm, each; seed: section 2.2.2
    leads_ohm: float = 31.0  # ohm, both wires; physics.md 7
    thermostat_opens: float = 313.15  # K; seed: 40 degC
    thermostat_spread: float = 3.0  # K; seed: +- 3 degC
    thermostat_closes: float = 10.0  # K below the opening; physics.md 7
    overheated: float = 340.0  # K, that amplifiers and indium joints should not see; assumed


YEBES = Parameters()

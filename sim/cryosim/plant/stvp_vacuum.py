"""What changes slowly, once a second: vacua, dewar, ice in the valve, damage."""

from __future__ import annotations

import math

from cryosim.physics.helium_gas import ATMOSPHERE, GAS_CONSTANT
from cryosim.physics.helium_saturation import liquid_density, liquid_enthalpy, saturation_temperature
from cryosim.physics.helium_tables import gas
from cryosim.physics.vacuum import gas_conductance, outgassing_time, pressure_after
from cryosim.plant.stvp_hands import Hands
from cryosim.plant.stvp_ledger import Ledger
from cryosim.plant.stvp_parameters import LIQUID_DENSITY, Parameters
from cryosim.plant.stvp_state import LEG, VAPORIZER, WINDING, State, Vacuum

PERIOD = 1.0  # s
FREEZES, THAWS = 30.0, 60.0  # K, surface below which air freezes out, above which it is released again
DEPOSITS = 55.0  # K, colder than which air freezes in the valve; physics.md 3.8
MELTS = 80.0  # K of the leg above which a plug goes
NITROGEN_FREEZES = 63.0  # K
GETS = 20.0  # K, leg colder than which the charcoal takes helium
ULTIMATE = {"turbo": 1e-5, "mechanical": 1.0}  # Pa
WATER_FROM_A_PUMP = 10.0  # Pa m3 drawn in from a pump that is worse than the space


def slowly(s: State, hands: Hands, ledger: Ledger, p: Parameters, dt: float) -> None:
    """Step everything slow by ``dt`` seconds."""
    _pump_on(s.jacket, hands.jacket_pump, p)
    _pump_on(s.line, hands.line_pump, p)
    leak = p.joint_leak * s.pressure / ATMOSPHERE if s.joints_failed else 0.0
    jacket_speed = p.turbo_speed if hands.jacket_pump != "none" else 0.0
    _residual_gas(s.jacket, p.jacket_volume, jacket_speed, s.kelvin[VAPORIZER], leak, 0.0, p, dt)
    line_speed = p.turbo_speed if hands.line_pump != "none" else 0.0
    getter = p.getter_speed if s.kelvin[LEG] < GETS and s.line.getter < p.getter_capacity else 0.0
    _residual_gas(s.line, p.line_volume, line_speed, s.kelvin[LEG], 0.0, getter, p, dt)
    s.jacket_conductance = gas_conductance(s.jacket.air + s.jacket.water, s.jacket.helium)
    s.line_conductance = gas_conductance(s.line.air + s.line.water, s.line.helium)
    _dewar(s, hands, ledger, p, dt)
    _ice(s, hands, p, dt)
    _damage(s, p)


def _pump_on(vacuum: Vacuum, pump: str, p: Parameters) -> None:
    """A pump that is worse than the space it is opened to gives its oil and water to it, once."""
    worse = pump != "none" and ULTIMATE[pump] > vacuum.air + vacuum.helium + vacuum.water
    if pump == "mechanical" and worse and not vacuum.contaminated:
        vacuum.contaminated = True
        vacuum.wet += WATER_FROM_A_PUMP


def _residual_gas(
    v: Vacuum, volume: float, pump: float, surface: float, helium_leak: float, getter: float, p: Parameters, dt: float
) -> None:
    """Step one vacuum space; its walls are at room temperature, one surface in it may be cold."""
    cold = min(1.0, max(0.0, (THAWS - surface) / (THAWS - FREEZES)))
    trap = p.cryopump_speed * cold
    released = v.frozen * (1.0 - math.exp(-dt)) if surface > THAWS else 0.0
    v.frozen -= released
    v.air += released / volume
    share = trap / (pump + trap) if trap else 0.0
    outgassed = v.wet * (1.0 - math.exp(-dt / outgassing_time(p.ambient)))
    v.wet -= outgassed
    for name, load in (("air", v.leak_air), ("water", outgassed / dt if dt else 0.0)):
        before = getattr(v, name)
        after = pressure_after(before, load, pump + trap, volume, dt)
        v.frozen += share * max(0.0, (before - after) * volume + load * dt)
        setattr(v, name, after)
    load = v.leak_helium + helium_leak
    before = v.helium
    v.helium = pressure_after(before, load, pump + getter, volume, dt)
    if getter:
        v.getter += getter / (pump + getter) * max(0.0, (before - v.helium) * volume + load * dt)
    excess = (ATMOSPHERE + p.vacuum_relief) / max(1.0, v.air + v.water + v.helium)
    if excess < 1.0:
        v.air, v.water, v.helium = v.air * excess, v.water * excess, v.helium * excess


def feed_state(s: State, p: Parameters) -> None:
    """Take up what the leg draws: liquid boiling at the dewar's pressure, or gas below the heel."""
    if s.dewar > p.dewar_heel:
        boiling = saturation_temperature(s.dewar_pressure)
        s.feed_enthalpy, s.feed_density = liquid_enthalpy(boiling), liquid_density(boiling)
    else:
        s.feed_enthalpy = gas(p.dewar_gas, s.dewar_pressure / ATMOSPHERE)
        s.feed_density = s.dewar_pressure / (GAS_CONSTANT * p.dewar_gas)


def _dewar(s: State, hands: Hands, ledger: Ledger, p: Parameters, dt: float) -> None:
    """Step the pressure in the dewar: it rises readily and falls only by venting or by drawing liquid."""
    ullage = p.dewar_volume - s.dewar / LIQUID_DENSITY
    boiled = min(s.dewar, p.dewar_loss * p.dewar_full * dt)
    s.dewar -= boiled
    ledger.boiled += boiled
    # Ullage gas is near the liquid's temperature where it is made, and expands into what was drawn.
    rise = boiled * GAS_CONSTANT * p.dewar_gas / ullage - s.dewar_pressure * s.flow * dt / LIQUID_DENSITY / ullage
    pressure = s.dewar_pressure + rise
    wanted = ATMOSPHERE + hands.dewar_pressure
    if hands.cylinder and pressure < wanted:
        pressure += (wanted - pressure) * (1.0 - math.exp(-dt / p.pressing_time))
    if hands.dewar_vent:
        pressure += (ATMOSPHERE - pressure) * (1.0 - math.exp(-dt / p.venting_time))
    s.dewar_pressure = min(max(pressure, 0.9 * ATMOSPHERE), ATMOSPHERE + p.dewar_relief)
    feed_state(s, p)


def _ice(s: State, hands: Hands, p: Parameters, dt: float) -> None:
    """Step the plug in the needle valve: the smaller the opening, the sooner it is closed."""
    leg = s.kelvin[LEG]
    if leg < DEPOSITS and hands.valve > 0.0:
        s.blockage += p.icing * s.air * s.flow / hands.valve * dt
    if hands.cryogen == "N2" and hands.pump and leg < NITROGEN_FREEZES:
        s.blockage += dt / 20.0
    if leg > MELTS:
        s.blockage *= math.exp(-dt / 60.0)
    s.blockage = min(1.0, s.blockage)


def _damage(s: State, p: Parameters) -> None:
    """Latch what heat has done."""
    s.winding_open = s.winding_open or s.kelvin[WINDING] > p.winding_burns
    s.joints_failed = s.joints_failed or s.kelvin[VAPORIZER] > p.joints_fail
    s.overheated = s.overheated or s.kelvin[VAPORIZER] > p.warning

"""What one table of a station file says about another, and names, ports and addresses that must fit together.

Each table that has a module of its own is checked there; the order here is the order in which mistakes are told.
"""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections.abc import Hashable, Mapping
from typing import Any

from cryoioc.station_amplifier import check_amplifiers
from cryoioc.station_cooler import check_cooler
from cryoioc.station_heated import check_heated
from cryoioc.station_interlock import check_interlocks
from cryoioc.station_models import MODELS, OUTPUT_TYPES, measuring
from cryoioc.station_ports import PORT, far_end
from cryoioc.station_power import check_power
from cryoioc.station_rig import check_rig, quantities
from cryoioc.station_vacuum import check_vacuum
from cryoioc.station_y_factor import check_y_factor
from cryoioc.toml_tables import Reader, show

NAME = re.compile(r"[A-Z][A-Z0-9_]{0,19}")
# PVs of the station itself, and groups of which it has one (PVS.md).
TAKEN = ("OK", "MSG", "ALLOFF", "HEARTBEAT", "UPTIME", "VERSION", "IOC", "INTLK", "TWIN", "FLOW", "DEWAR", "TUBE",
         "VALVE", "VAC", "COMP", "YF")  # fmt: skip
ALARMS = ("lolo_alarm", "low_alarm", "high_alarm", "hihi_alarm")  # in the order in which they rise


def check_together(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check what one table says about another."""
    _check_addresses(reader, parts)
    _check_names(reader, parts)
    _check_ports(reader, parts)
    for name in parts["sim"].temperatures if parts["sim"] is not None else ():
        if name not in parts["thermometers"]:
            reader.complain(f"sim.temperatures.{name}", f"no [thermometer.{name}] in this file")
    check_rig(reader, parts)
    check_heated(reader, parts)
    check_power(reader, parts)
    check_cooler(reader, parts)
    check_y_factor(reader, parts)
    check_amplifiers(reader, parts)
    check_vacuum(reader, parts)
    check_interlocks(reader, parts)
    for thermometer in filter(None, parts["thermometers"].values()):
        if thermometer.high and not thermometer.low < thermometer.high:
            where = f"thermometer.{thermometer.name}"
            reader.complain(where, f"low {thermometer.low:g} K must be below high {thermometer.high:g} K")
    for loop in filter(None, parts["loops"].values()):
        if not loop.sp_min < loop.sp_max:
            reader.complain(f"loop.{loop.name}", f"sp_min {loop.sp_min:g} K must be below sp_max {loop.sp_max:g} K")
    judged = [(f"thermometer.{t.name}", t) for t in filter(None, parts["thermometers"].values())]
    judged += [(name, parts[name]) for name in ("flow", "vacuum") if parts[name]]
    for where, spec in [*judged, *quantities(parts).items()]:
        limits = [limit for name in ALARMS if (limit := getattr(spec, name, None)) is not None]
        if any(low >= high for low, high in itertools.pairwise(limits)):
            reader.complain(where, f"alarm limits must rise, found {', '.join(f'{limit:g}' for limit in limits)}")


def _check_names(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check that names are names, and no two groups of PVs have the same one."""
    users = dict.fromkeys(TAKEN, "the station itself")
    for table in ("instrument", "thermometer", "loop", "power", "amplifier", "interlock"):
        for name in parts[f"{table}s"]:
            if not NAME.fullmatch(name):
                reader.complain(f"{table}.{name}", "expected a name of upper-case letters, digits and _, at most 20")
            if table == "interlock":
                continue  # its PVs are INTLK:NAME
            if name in users:
                reader.complain(f"{table}.{name}", f"the name is already used by {users[name]}")
            users[name] = f"{table}.{name}"


def _check_ports(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check where the IOC listens and what it opens."""
    if parts["ca"] is not None and not (parts["ca"].interfaces and all(map(_is_ipv4, parts["ca"].interfaces))):
        reader.complain("ca.interfaces", f"expected IPv4 addresses, found {show(list(parts['ca'].interfaces))}")
    for address in parts["ca"].search if parts["ca"] is not None else ():
        host, _, port = address.partition(":")
        if not _is_ipv4(host) or (port and not (port.isdecimal() and 0 < int(port) < 65536)):
            reader.complain("ca.search", f"expected an IPv4 address, with :port or without, found {address!r}")
    users: dict[Hashable, str] = {}
    for instrument in filter(None, parts["instruments"].values()):
        where = f"instrument.{instrument.name}"
        if not PORT.fullmatch(instrument.port):
            wanted = "a device, socket://host:port or rfc2217://host:port"
            reader.complain(f"{where}.port", f"expected {wanted}, found {instrument.port!r}")
        elif (other := users.setdefault(far_end(instrument.port), where)) != where:
            reader.complain(f"{where}.port", f"also used by {other}")
        if instrument.profile and not MODELS[instrument.model].profiled:
            reader.complain(f"{where}.profile", f"a {instrument.model} has none, found {instrument.profile!r}")
        known = MODELS[instrument.model].unit_ids
        if instrument.unit_id and instrument.unit_id not in known:
            listed = ", ".join(known) if len(known) < 30 else f"{min(known)} to {max(known)}"
            wanted = f"expected one of {listed}" if known else f"a {instrument.model} has none"
            reader.complain(f"{where}.unit_id", f"{wanted}, found {instrument.unit_id!r}")


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _check_addresses(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check that what is wired to an instrument exists there, once."""
    instruments = parts["instruments"]
    users: dict[tuple[str, object], str] = {}

    def model_of(where: str, name: str) -> str | None:
        if name not in instruments:
            reader.complain(f"{where}.instrument", f"no [instrument.{name}] in this file")
            return None
        # An instrument with a mistake in it has been told of already.
        return instruments[name].model if instruments[name] is not None else None

    def check(where: str, name: str, key: str, address: object) -> None:
        model = model_of(where, name)
        allowed: tuple[object, ...] = getattr(MODELS[model], f"{key}s") if model is not None else ()
        if model is not None and address not in allowed:
            listed = ", ".join(map(str, allowed)) or "none"
            reader.complain(f"{where}.{key}", f"{name} has {key}s {listed}, found {show(address)}")
        other = users.setdefault((name, address), where)
        if other != where:
            reader.complain(f"{where}.{key}", f"{name} {key} {address} is already used by {other}")

    for thermometer in filter(None, parts["thermometers"].values()):
        check(f"thermometer.{thermometer.name}", thermometer.instrument, "input", thermometer.input)
    for loop in filter(None, parts["loops"].values()):
        where = f"loop.{loop.name}"
        check(where, loop.instrument, "output", loop.output)
        model = getattr(instruments.get(loop.instrument), "model", "")
        kinds = [kind for kind in OUTPUT_TYPES if model and loop.output in getattr(MODELS[model], f"{kind}s")]
        if kinds and loop.type not in kinds:
            reader.complain(f"{where}.type", f"output {loop.output} of a {model} is of type {' or '.join(kinds)}")
    if parts["flow"] is not None:
        model = model_of("flow", parts["flow"].instrument)
        if model is not None and model not in measuring("flow"):
            reader.complain("flow.instrument", f"expected one of {', '.join(measuring('flow'))}, found a {model}")
        elif model is not None and parts["flow"].setpoint_max and not MODELS[model].controls_flow:
            reader.complain("flow.setpoint_max", f"expected 0: the IOC gives an {model} no setpoint")

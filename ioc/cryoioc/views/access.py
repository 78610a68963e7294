"""What ``cryoioc check`` prints about who may do what."""

from __future__ import annotations

from collections import Counter

from cryoioc.access.acf import DEFAULT
from cryoioc.access.rules import writers
from cryoioc.ioc import Ioc


def access_lines(ioc: Ioc) -> list[str]:
    """Return who may write what, by group, and what in the access file cannot be meant."""
    rules, station = ioc.access.rules, ioc.station
    lines = [f"\nAccess rules: {station.ca.acf or 'none named: everybody reads, this machine writes'}"]
    counts = Counter(channel.asg or DEFAULT for channel in ioc.desk.channels.values() if channel.accepts_puts)
    for name in sorted(counts):
        who = "; ".join(writers(rules, rules.group(name))) or "nobody"
        lines.append(f"  {name}: {counts[name]} PVs may be put by {who}")
    unknown = sorted(name for name in counts if name not in rules.file.groups) if station.ca.acf else []
    lines += [f"warning: ASG({name}) is not in {station.ca.acf}: DEFAULT applies" for name in unknown]
    lines += [f"warning: {line}" for line in rules.file.warnings]
    lines += [f"warning: host {name} has no address: nobody is it" for name in rules.unresolved()]
    ioc.make_server()  # it gives the guard its records
    lines += [
        f"warning: {name} is no PV of this station: rules that use it never apply" for name in ioc.access.missing()
    ]
    if any(group.rules and any(rule.users for rule in group.rules) for group in rules.file.groups.values()):
        lines.append("note: a user name is what a client claims; only the host is known")
    return lines

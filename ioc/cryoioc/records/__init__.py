"""EPICS records on Channel Access, for any IOC: the only place that imports caproto.

Declare :class:`Record`, make a channel of each, give the channels to a :class:`Server`.  ``declaration``,
``alarms`` and ``held`` say what a record is, ``state`` and ``channel*`` what it does with a value, ``processing``
what EPICS base does with one that has no instrument, ``field`` and ``fields`` what clients see of it, ``puts`` what
becomes of a request and ``guard`` who may make it, ``dbr`` how a value travels; ``messages``, ``circuit``, ``outlet``,
``subscription``, ``directory``, ``names``, ``search``, ``ports`` and ``server`` serve it; ``client`` is one,
with which ``monitor`` follows PVs of other IOCs.

    reading = make_channel(Record(name="TEMP", kind="ai", doc="sample temperature", unit="K", hihi=310.0))
    setpoint = make_channel(Record(name="TEMP:SP", kind="ao", doc="wish", unit="K", low=0.0, high=325.0, writable=True))

    async def send(put: Put) -> None:    # put.value is checked; raise a CryoError to refuse
        await instrument.set(put.value)
        put.channel.post(put.value)      # the handler posts what was accepted; post never runs a handler

    setpoint.on_put = send
    await Server([reading, setpoint], prefix="LAB:").run()

caproto gives the data types of Channel Access; its server and its ChannelData are not used.
"""

from cryoioc.records.channel import Channel, Put
from cryoioc.records.channels import make_channel
from cryoioc.records.declaration import Record
from cryoioc.records.guard import Grant, Guard, Origin
from cryoioc.records.pin import check_caproto
from cryoioc.records.ports import ServerError
from cryoioc.records.puts import Hooks, Report, put
from cryoioc.records.server import Server
from cryoioc.records.source import EPICS_EPOCH

__all__ = [
    "EPICS_EPOCH",
    "Channel",
    "Grant",
    "Guard",
    "Hooks",
    "Origin",
    "Put",
    "Record",
    "Report",
    "Server",
    "ServerError",
    "check_caproto",
    "make_channel",
    "put",
]

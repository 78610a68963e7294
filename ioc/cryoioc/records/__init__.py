"""EPICS records on Channel Access, for any IOC: the only place that imports caproto.

Declare :class:`Record`, make a channel of each, give the channels to a :class:`Server`.  ``declaration`` and
``alarms`` say what a record is, ``channel*`` what it does with a value, ``fields`` what clients see of it,
``puts`` what becomes of a request, ``dbr`` how a value travels, ``circuit``, ``search`` and ``server`` serve it.
caproto's protocol classes are used as they are; its server and its ChannelData are not.
"""

from cryoioc.records.channel import Channel, Put
from cryoioc.records.channels import make_channel
from cryoioc.records.declaration import Record
from cryoioc.records.pin import check_caproto
from cryoioc.records.puts import Hooks, Origin, put
from cryoioc.records.server import Server, ServerError

__all__ = [
    "Channel",
    "Hooks",
    "Origin",
    "Put",
    "Record",
    "Server",
    "ServerError",
    "check_caproto",
    "make_channel",
    "put",
]

"""The only place that does I/O.  Rule of this folder: one owner per port, one message in flight.

``transport`` carries bytes, ``line`` makes paced messages of them, ``alignment`` proves which reply
answers which message, ``conversation`` checks the shape of a reply, ``plan`` and ``suspects`` say what
is asked, ``session`` decides what comes next, ``owner`` keeps it all going.
"""

from cryoioc.link.conversation import Conversation
from cryoioc.link.dialect import Dialect, Poll
from cryoioc.link.owner import Link
from cryoioc.link.plan import PlanError, PollPlan
from cryoioc.link.queue import Priority
from cryoioc.link.session import Listener
from cryoioc.link.statistics import LinkStatistics, State
from cryoioc.link.transport import PortSettings, Transport, memory_pair, open_port

__all__ = [
    "Conversation",
    "Dialect",
    "Link",
    "LinkStatistics",
    "Listener",
    "PlanError",
    "Poll",
    "PollPlan",
    "PortSettings",
    "Priority",
    "State",
    "Transport",
    "memory_pair",
    "open_port",
]

"""The dialects of the models we know, with the source of each figure."""

from __future__ import annotations

from dataclasses import replace

from cryoioc.link.dialect import Dialect, Handshake
from cryoioc.link.transport import PortSettings

# 57600 baud, 7 data bits, odd parity, 1 stop; 50 ms after each message; 255 characters
# (lakeshore-protocol.md 2.1, 2.2 and 2.4 [M350] [P335]); 300 ms is ours, the maker's driver waits 2 s.
LAKESHORE = Dialect(
    name="lakeshore",
    settings=PortSettings(baud=57600, bytesize=7, parity="O", stopbits=1),
    send_terminator=b"\n",
    reply_terminator=b"\r\n",
    spacing=0.05,
    max_chars=255,
    timeout=0.3,
    chained=True,
    sentinel="*OPC?",
    identify="*IDN?",
    # Two letters that begin no mnemonic, end no number and delimit nothing (2.2): the manual takes characters
    # that are neither letter nor digit for delimiters.
    nonsense="ZZ",
    steady=True,  # whichever of the forms of 2.7 it uses: zeros in front, or six digits
    latency=0.01,
    slot=0.1,
)

# 9600 baud 7O1, CR LF both ways, 64 characters, 50 ms; one query a message, at its end, behind any commands
# (lakeshore-protocol.md 2.1 to 2.4, 218 manual 6.2); replies begin after 10 ms, "some take longer".
MONITOR = Dialect(
    name="lakeshore218",
    settings=PortSettings(baud=9600, bytesize=7, parity="O", stopbits=1),
    send_terminator=b"\r\n",
    reply_terminator=b"\r\n",
    spacing=0.05,
    max_chars=64,
    timeout=0.5,
    chained=False,
    appended=True,
    sentinel="*OPC?",
    identify="*IDN?",
    latency=0.01,
    slot=0.1,
)

# 19200 baud 8N1, one query a message, no spacing rule; typical latency 30 ms at 19200 baud, time-out
# 0.5 s (bias-flow-vacuum.md 3.1).
ALICAT = Dialect(
    name="alicat",
    settings=PortSettings(baud=19200, bytesize=8, parity="N", stopbits=1),
    send_terminator=b"\r",
    reply_terminator=b"\r",
    spacing=0.0,
    max_chars=64,
    timeout=0.5,
    chained=False,
    identify="{unit}VE",
    steady=True,  # zeros in front, in the frames captured from real units
    latency=0.03,
    slot=0.1,
)

# 38400 baud 8N1, CR LF (bias-flow-vacuum.md 3.2); time-out of the maker's package.  Every frame says how many bytes it
# has, so that a lost digit is seen; what is no hexadecimal digit ends a frame that has begun.
PROPAR = Dialect(
    name="propar",
    settings=PortSettings(baud=38400, bytesize=8, parity="N", stopbits=1),
    send_terminator=b"\r\n",
    reply_terminator=b"\r\n",
    spacing=0.0,
    max_chars=80,
    timeout=0.5,
    chained=False,
    identify=":07{unit}047163716300",
    nonsense="ZZ",
    latency=0.01,
    slot=0.1,
)

# 115200 baud 8N1 or TCP 7180, lines end in CR LF, a command is answered by a line too (bias-flow-vacuum.md 5).
# While it measures the predecessor 135/136 answers nothing for up to 15 s; of the 1700 that is not known,
# so that a slow answer is waited for.
AMI = Dialect(
    name="ami",
    settings=PortSettings(baud=115200, bytesize=8, parity="N", stopbits=1),
    send_terminator=b"\r\n",
    reply_terminator=b"\r\n",
    spacing=0.02,
    max_chars=80,
    timeout=2.0,
    chained=False,
    latency=0.05,
    slot=0.2,
)

# 9600 baud 8N1, LF, echo (bias-flow-vacuum.md 5); replies end in CR LF or LF, codecs take either.
CRYOMAGNETICS = Dialect(
    name="cryomagnetics",
    settings=PortSettings(baud=9600, bytesize=8, parity="N", stopbits=1),
    send_terminator=b"\n",
    reply_terminator=b"\n",
    spacing=0.05,
    max_chars=80,
    timeout=1.0,
    chained=False,
    echo=True,
    quiet_commands=True,
    steady=True,  # one decimal
    latency=0.1,
    slot=0.25,
)

# 9600 baud 8N1, CR (ADAM-4000 series manual); the box converts 10 inputs a second.
ADAM = Dialect(
    name="adam",
    settings=PortSettings(baud=9600, bytesize=8, parity="N", stopbits=1),
    send_terminator=b"\r",
    reply_terminator=b"\r",
    spacing=0.005,
    max_chars=80,
    timeout=0.3,
    chained=False,
    identify="${unit}M",
    steady=True,  # engineering format
    latency=0.02,
    slot=0.1,
)

# TCP 5025 or a serial line, LF; time-out 2 s; 50 ms behind a selection (bias-flow-vacuum.md 1.2).  100 ms, because
# one integrator saw a command behind OUTP ON refused that came sooner.  *IDN? is answered by arbitrary text, behind
# which IEEE 488.2 lets nothing be asked.  Replies end in LF or CR LF: codecs take either.
SCPI = Dialect(
    name="scpi",
    settings=PortSettings(baud=9600, bytesize=8, parity="N", stopbits=1),
    send_terminator=b"\n",
    reply_terminator=b"\n",
    spacing=0.1,
    max_chars=255,
    timeout=2.0,
    chained=True,
    sentinel="*OPC?",
    identify_last=True,
    nonsense="ZZ",  # three letters at least begin a mnemonic that is documented
    latency=0.05,
    slot=0.2,
)

# One line a message, each answered, commands too; LF (bias-flow-vacuum.md 1.3).  Rate, spacing and time-out are ours:
# drain, gate and current of six transistors have to be read four times a second.
# What is cut off by a fault has letters behind its number and is refused.
BIAS_BOARD = Dialect(
    name="bias board",
    settings=PortSettings(baud=115200, bytesize=8, parity="N", stopbits=1),
    send_terminator=b"\n",
    reply_terminator=b"\n",
    spacing=0.002,
    max_chars=80,
    timeout=0.5,
    chained=False,
    identify="#*IDN? 10",
    nonsense="ZZ",
    latency=0.005,
    slot=0.1,
)

# 9600 baud 8N1 or TCP 8000, CR LF, ACK or NAK and then ENQ (bias-flow-vacuum.md 4.1).  ETX empties the input
# buffer of the instrument; behind it two letters that begin no mnemonic and end no number, in case it does not.
# A 36x talks of its own accord every 100 ms to 1 min until it is spoken to: a longer spacing would not come.
PFEIFFER_36X = Dialect(
    name="pfeiffer36x",
    settings=PortSettings(baud=9600, bytesize=8, parity="N", stopbits=1),
    send_terminator=b"\r\n",
    reply_terminator=b"\r\n",
    spacing=0.01,
    max_chars=80,
    timeout=0.5,
    chained=False,
    handshake=Handshake(),
    identify="AYT",
    nonsense="\x03ZZ",
    steady=True,  # exponents of fixed width
    latency=0.02,
    slot=0.2,
)
# A 26x does not know AYT; PNR is its firmware.
PFEIFFER_26X = replace(PFEIFFER_36X, name="pfeiffer26x", identify="PNR")

# 9600 baud 8N1, no CR and LF: ;FF ends a message both ways (937B manual 9.2, bias-flow-vacuum.md 4.2).  On an
# RS-485 line it answers 8 ms after a message (DLY, 946 manual 9.14).  Of a command cut off in the middle ;FF would
# make a whole one: two letters in front of it make its argument none.  Spacing and time-out are ours.
MKS = Dialect(
    name="mks",
    settings=PortSettings(baud=9600, bytesize=8, parity="N", stopbits=1),
    send_terminator=b";FF",
    reply_terminator=b";FF",
    spacing=0.01,
    max_chars=64,
    timeout=0.5,
    chained=False,
    identify="@{unit}MT?",
    nonsense="ZZ",
    steady=True,  # exponents of fixed width
    latency=0.02,
    slot=0.2,
)

DIALECTS = {
    "lakeshore335": LAKESHORE,
    "lakeshore336": LAKESHORE,
    "lakeshore350": LAKESHORE,
    "lakeshore218": MONITOR,
    "lakeshore218e": MONITOR,
    "alicat": ALICAT,
    "bronkhorst": PROPAR,
    "ami1700": AMI,
    "lm500": CRYOMAGNETICS,
    "adam4017": ADAM,
    "keysight_e36312a": SCPI,
    "keysight_n6700": SCPI,
    "rs_hmp4040": SCPI,
    "gaia": BIAS_BOARD,
    "pfeiffer_tpg261": PFEIFFER_26X,
    "pfeiffer_tpg262": PFEIFFER_26X,
    "pfeiffer_tpg361": PFEIFFER_36X,
    "pfeiffer_tpg362": PFEIFFER_36X,
    "pfeiffer_tpg366": PFEIFFER_36X,
    "mks937b": MKS,
    "mks946": MKS,
}

"""What asks an instrument and changes nothing: typed from the manuals, not taken from what the handlers send."""

from __future__ import annotations

import re
from collections.abc import Iterable

NONSENSE = r"ZZ"  # no command of any of them: it spoils what a killed IOC may have left half said
IEEE_QUERY = r"\*(IDN|OPC|ESR|STB|TST)\?"  # lakeshore-protocol.md 4.1
ASKS = {
    # lakeshore-protocol.md 2.2: a mnemonic, a question mark, what is asked about
    "lakeshore335": rf"{NONSENSE}|{IEEE_QUERY}|[A-Z]+\?( [A-Z0-9,]+)?",
    "lakeshore218": rf"{NONSENSE}|{IEEE_QUERY}|[A-Z]+\?( [A-Z0-9,]+)?",
    # bias-flow-vacuum.md 3.1: address alone; version; ??; reference temperature by its letter without a value
    "alicat": r"[A-Z]|[A-Z]VE|[A-Z]\?\?[MD]\*|[A-Z]DCFR[TP] [SN]|[A-Z]DCU( \d+)?",
    "ami1700": rf"{NONSENSE}|{IEEE_QUERY}|[A-Z0-9:]+\?",
    # ADAM-4000 manual: # reads inputs; $ reads name (M), configuration (2), range of a channel (8C), firmware (F)
    "adam4017": r"#[0-9A-F]{2}\d?|\$[0-9A-F]{2}(M|2|F|8C\d)",
    # bias-flow-vacuum.md 4.1: ETX and ENQ; a mnemonic without parameters reads
    "pfeiffer_tpg262": rf"{NONSENSE}|\x03|\x05|PNR|UNI|PR[12X]|SEN|ERR|TID|SP[1-4S]|FIL|OFC|FSR|DGT|CA[12]",
    # bias-flow-vacuum.md 1.2: SCPI, a header with a question mark, outputs in brackets
    "keysight_n6700": rf"{NONSENSE}|{IEEE_QUERY}|:?[A-Z:]+\?( \(@[\d:,]+\))?",
    "keysight_e36312a": rf"{NONSENSE}|{IEEE_QUERY}|:?[A-Z:]+\?( \(@[\d:,]+\))?",
}


def units(data: bytes) -> list[str]:
    """Return what messages ask or order, one by one; a line end alone does neither."""
    return [unit for unit in re.split(r"[; \r\n]*[;\r\n][; \r\n]*", data.decode("ascii")) if unit]


def orders(model: str, said: Iterable[str]) -> list[str]:
    """Return those of what was said to an instrument that are no questions."""
    asks = re.compile(ASKS[model])
    return [unit for unit in said if not asks.fullmatch(unit)]

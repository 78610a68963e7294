"""Access security of EPICS base itself: ``asLib`` and ``calc`` of libCom, called as an IOC calls them."""

from __future__ import annotations

import ctypes as c
from pathlib import Path
from typing import Any

from epicscorelibs import path

_LIBRARY = c.CDLL(str(next(Path(path.lib_path).glob("libCom.so"))))
_LETTERS = "ABCDEFGHIJKLMNOPQRSTU"


class _Node(c.Structure):
    _fields_ = (("next", c.c_void_p), ("previous", c.c_void_p))


class _List(c.Structure):
    _fields_ = (("node", _Node), ("count", c.c_int))


class _Group(c.Structure):  # ASG of asLib.h
    _fields_ = (
        ("node", _Node), ("name", c.c_char_p), ("inputs", _List), ("rules", _List), ("members", _List),
        ("values", c.POINTER(c.c_double)), ("bad", c.c_ulong), ("changed", c.c_ulong),
    )  # fmt: skip


class _Member(c.Structure):  # ASGMEMBER
    _fields_ = (("node", _Node), ("group", c.POINTER(_Group)), ("clients", _List), ("name", c.c_char_p),
                ("user", c.c_void_p))  # fmt: skip


class _Client(c.Structure):  # ASGCLIENT
    _fields_ = (("node", _Node), ("member", c.POINTER(_Member)), ("user", c.c_char_p), ("host", c.c_char_p),
                ("private", c.c_void_p), ("callback", c.c_void_p), ("level", c.c_int), ("access", c.c_int),
                ("trap", c.c_int))  # fmt: skip


_LIBRARY.asAddMember.argtypes = (c.POINTER(c.POINTER(_Member)), c.c_char_p)
_LIBRARY.asAddClient.argtypes = (c.POINTER(c.POINTER(_Client)), c.POINTER(_Member), c.c_int, c.c_char_p, c.c_char_p)
_LIBRARY.asRemoveClient.argtypes = (c.POINTER(c.POINTER(_Client)),)
_LIBRARY.asRemoveMember.argtypes = (c.POINTER(c.POINTER(_Member)),)
_LIBRARY.asComputeAsg.argtypes = (c.POINTER(_Group),)


def loads(text: str) -> bool:
    """Say whether EPICS base takes a file."""
    return _LIBRARY.asInitMem(text.encode(), None) == 0


def rights(group: str, level: int, user: str, address: str, inputs: dict[str, float | None]) -> tuple[int, bool]:
    """Return the access of a client under the file that was loaded last: 0, 1 read, 2 write; and whether it is trapped.

    ``inputs`` holds what the inputs of the group have, None where one is INVALID or not connected.
    """
    member, client = c.POINTER(_Member)(), c.POINTER(_Client)()
    # asLib keeps the pointers, not the texts.
    name, who, where = (c.create_string_buffer(text.encode()) for text in (group, user, address))
    _LIBRARY.asAddMember(c.byref(member), c.cast(name, c.c_char_p))
    asg = member.contents.group
    for letter, value in inputs.items():
        bit = 1 << _LETTERS.index(letter)
        if asg.contents.inputs.count == 0:
            break
        if value is None:
            asg.contents.bad |= bit
        else:
            asg.contents.bad &= ~bit
            asg.contents.values[_LETTERS.index(letter)] = value
        asg.contents.changed |= bit
    _LIBRARY.asComputeAsg(asg)
    _LIBRARY.asAddClient(c.byref(client), member, level, c.cast(who, c.c_char_p), c.cast(where, c.c_char_p))
    found = (int(client.contents.access), bool(client.contents.trap))
    _LIBRARY.asRemoveClient(c.byref(client))
    _LIBRARY.asRemoveMember(c.byref(member))
    return found


def calc(text: str, values: dict[str, float]) -> float | None:
    """Return what EPICS base calculates; None for what it does not take."""
    size = max(2000, len(text) * 21 // 6 + 50)
    code, error, result = c.create_string_buffer(size), c.c_short(), c.c_double()
    if _LIBRARY.postfix(text.encode(), code, c.byref(error)):
        return None
    arguments: Any = (c.c_double * len(_LETTERS))(*(values.get(letter, 0.0) for letter in _LETTERS))
    return None if _LIBRARY.calcPerform(arguments, c.byref(result), code) else result.value

"""Operators and functions of CALC expressions, with the results C gives: overflow is infinite, no result is NaN."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

NAN = math.nan
INT_MIN = -(2**31)


def _int32(x: float) -> int:
    """Return the 32-bit integer that EPICS base makes of a number: bits above are cut, what has none is 0."""
    if x < INT_MIN:
        return INT_MIN
    return _wrapped(int(x)) if abs(x) < 2.0**63 else 0


def _wrapped(x: int) -> int:
    return (x + 2**31) % 2**32 - 2**31


def _shift(bits: Callable[[int, int], int]) -> Callable[[float, float], float]:
    return lambda a, b: float(_wrapped(bits(_int32(a), _int32(b) & 31)))


def _bits(bits: Callable[[int, int], int]) -> Callable[[float, float], float]:
    return lambda a, b: float(bits(_int32(a), _int32(b)))


def _divide(a: float, b: float) -> float:
    if b:
        return a / b
    return NAN if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _modulo(a: float, b: float) -> float:
    """Return the remainder with the sign of the dividend, NaN for a division by zero."""
    divisor = _int32(b)
    return math.fmod(_int32(a), divisor) if divisor else NAN


def _safe(function: Callable[..., float]) -> Callable[..., float]:
    """Return a function that answers as C does where Python raises."""

    def call(*values: float) -> float:
        try:
            return float(function(*values))
        except OverflowError:
            return math.inf
        except ValueError:
            return NAN

    return call


def _power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except (OverflowError, ZeroDivisionError):
        return math.copysign(math.inf, a) if b % 2 == 1 else math.inf
    except ValueError:  # also for a zero to a negative power
        return NAN if a else math.copysign(math.inf, a) if b % 2 == 1 else math.inf


def _sinh(x: float) -> float:
    return math.copysign(math.inf, x) if abs(x) > 700 else math.sinh(x)


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: math.copysign(function(x), x) if math.isfinite(x) else x


def _logarithm(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: -math.inf if x == 0 else function(x)


def _extreme(choose: Callable[[float, float], float]) -> Callable[..., float]:
    def call(*values: float) -> float:
        best = values[0]
        for value in values[1:]:
            best = NAN if math.isnan(best) or math.isnan(value) else choose(best, value)
        return best

    return call


def _truth(compare: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    return lambda a, b: float(compare(a, b))


BINARY: dict[str, tuple[int, Callable[[float, float], float]]] = {
    "||": (1, lambda a, b: float(bool(a) or bool(b))),
    "|": (1, _bits(operator.or_)),
    "OR": (1, _bits(operator.or_)),
    "XOR": (1, _bits(operator.xor)),
    "&&": (2, lambda a, b: float(bool(a) and bool(b))),
    "&": (2, _bits(operator.and_)),
    "AND": (2, _bits(operator.and_)),
    "<<": (2, _shift(operator.lshift)),
    ">>": (2, _shift(operator.rshift)),
    ">>>": (2, lambda a, b: float((_int32(a) % 2**32) >> (_int32(b) & 31))),
    "=": (3, _truth(operator.eq)),
    "==": (3, _truth(operator.eq)),
    "!=": (3, _truth(operator.ne)),
    "#": (3, _truth(operator.ne)),
    "<": (3, _truth(operator.lt)),
    "<=": (3, _truth(operator.le)),
    ">": (3, _truth(operator.gt)),
    ">=": (3, _truth(operator.ge)),
    "+": (4, operator.add),
    "-": (4, operator.sub),
    "*": (5, operator.mul),
    "/": (5, _divide),
    "%": (5, _modulo),
    "^": (6, _power),
    "**": (6, _power),
}
UNARY: dict[str, Callable[[float], float]] = {
    "-": operator.neg,
    "!": lambda a: float(not a),
    "~": lambda a: float(~_int32(a)),
    "NOT": lambda a: float(~_int32(a)),
}
CONSTANTS = {"PI": math.pi, "D2R": math.pi / 180.0, "R2D": 180.0 / math.pi, "INF": math.inf, "NAN": NAN}
_PLAIN: dict[str, Callable[[float], float]] = {
    "ABS": math.fabs,
    "ACOS": math.acos,
    "ASIN": math.asin,
    "ATAN": math.atan,
    "CEIL": _whole(math.ceil),
    "COS": math.cos,
    "COSH": math.cosh,
    "EXP": math.exp,
    "FLOOR": _whole(math.floor),
    "ISINF": lambda x: math.copysign(1.0, x) if math.isinf(x) else 0.0,
    "LN": _logarithm(math.log),
    "LOG": _logarithm(math.log10),
    "LOGE": _logarithm(math.log),
    "NINT": lambda x: float(math.trunc(x + math.copysign(0.5, x))) if abs(x) < -INT_MIN else float(INT_MIN),
    "SIN": math.sin,
    "SINH": _sinh,
    "SQR": math.sqrt,
    "SQRT": math.sqrt,
    "TAN": math.tan,
    "TANH": math.tanh,
}
ONE = {name: _safe(function) for name, function in _PLAIN.items()}
TWO: dict[str, Callable[[float, float], float]] = {"ATAN2": lambda x, y: math.atan2(y, x), "FMOD": _safe(math.fmod)}
MANY: dict[str, Callable[..., float]] = {
    "MAX": _extreme(max),
    "MIN": _extreme(min),
    "FINITE": lambda *values: float(all(map(math.isfinite, values))),
    "ISNAN": lambda *values: float(any(map(math.isnan, values))),
}

"""EPICS base itself, serving the database file given as argument until its stdin is closed."""

from __future__ import annotations

import sys

from epicscorelibs.ioc import start_ioc

start_ioc(dbs=[(sys.argv[1], "")])
print("serving", flush=True)  # noqa: T201
sys.stdin.read()

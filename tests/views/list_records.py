"""Load a database (first argument) with macros (second) into EPICS base and print its names; serves nothing."""

from __future__ import annotations

import sys

from epicscorelibs import ioc

ioc.iocshRegisterCommon()
ioc.dbLoadDatabase(b"base.dbd", ioc.DEFAULT_DBD_PATH.encode(), None)
ioc.registerRecordDeviceDriver(ioc.pdbbase)
if ioc.dbLoadRecords(sys.argv[1].encode(), sys.argv[2].encode() or None):
    sys.exit("not loaded")
ioc.ioc("dbl")

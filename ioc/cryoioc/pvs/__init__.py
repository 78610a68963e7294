"""PV groups: thermometer, control loop, flow, instrument and station, as ``PVS.md`` describes them.

Rule of this folder: decisions are plain functions of what the instruments said; channels come from
``records``, bytes go through ``link``, grammar comes from ``devices``.
"""

"""Bytes <-> meaning.  Rule of this folder: no await, no socket, no clock."""

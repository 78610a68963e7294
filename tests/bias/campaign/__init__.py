"""Faults at random moments of a biasing, through IOC, links, emulated supplies and transistors, in virtual time."""

"""cryoioc: the EPICS IOC of a helium cryostat."""

"""Who may put what: access rules in EPICS ``.acf`` syntax.

``acf`` reads a file, ``calc`` and ``operators`` its expressions, ``rules`` decides who may do what, ``guard`` applies
that to the records of an IOC and follows the inputs of the rules.  Nothing here knows the network: a client is what
``records`` says of it.
"""

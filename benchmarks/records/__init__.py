"""What serving costs, beside plain caproto and the C IOC: ``python -m benchmarks.records``.

Rule of this folder: server and clients are processes of their own, on a core each where there are two; every
client is libca itself and checks that no value of the sequence is missing; what is compared is measured in
turns within one run, because the machine is never idle.

``serve`` is the server process of each kind, ``client.c`` the client; ``processes`` starts both and reads
their load, ``measures`` measures one thing each, ``limit`` what the machine allows, ``report`` shows it.
"""

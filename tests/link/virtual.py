"""Tests of a link on the virtual clock, and what they say and look for."""

from __future__ import annotations

from cryoioc.clock import run_virtual


def virtual(test):
    """Run the body of a test on the virtual clock; it is given a bench that is not yet running."""

    def run(bench):
        run_virtual(test(bench()))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


def command(name):
    """A transaction of one message that sets something and reads it back."""

    async def work(conversation):
        return await conversation.chain([f"SET {name}", f"ASK? {name}"])

    return work


def moment(bench, start):
    """When the first message beginning with ``start`` reached the instrument, [s]."""
    return next(when for when, text in bench.instrument.messages if text.startswith(start))

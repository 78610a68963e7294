"""A client that asks a server nothing but whether it is there."""

from __future__ import annotations

import asyncio
import contextlib

from cryoioc.records import messages


async def ask(address: str, port: int) -> None:
    """Return when the server has answered an echo over a connection of its own.

    Raises
    ------
    OSError
        When there is no server, or it closes the connection.
    """
    reader, writer = await asyncio.open_connection(address, port)
    try:
        writer.write(messages.version() + messages.echo())
        expected = messages.version() + messages.echo()
        if await reader.readexactly(len(expected)) != expected:
            raise ConnectionError("it is no Channel Access server")
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("connection closed") from error
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

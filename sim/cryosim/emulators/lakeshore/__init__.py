"""The Lake Shore 335, 336 and 350: one behaviour, three faces, written from lakeshore-protocol.md.

``face`` says how the models differ and ``options`` what no source settles; ``grammar``, ``arguments`` and ``numbers``
are the text on the wire; ``rows``, ``settings``, ``queries`` and ``commands`` the vocabulary, of which
``common_commands`` and ``curve_commands`` are the 218's too; ``memory`` what survives a power failure; ``inputs``,
``control``, ``outputs`` and ``autotune`` what runs ten times a second; ``instrument`` puts them together.  Nothing of
the drivers is used here.
"""

from cryosim.emulators.lakeshore.face import FACES, Face, Model
from cryosim.emulators.lakeshore.instrument import LakeShore
from cryosim.emulators.lakeshore.options import Options

__all__ = ["FACES", "Face", "LakeShore", "Model", "Options"]

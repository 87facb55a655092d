"""An SMS gateway over HTTP. No shape is published for all of them; this is the one agreed with the office's.

`POST /tin-nhan` with MaThamChieu (our reference), NguoiGui (the brand name), SoNhan, NoiDung and BangMa (GSM-7 or
UCS-2); `POST /tin-nhan/tra-cuu` with MaThamChieu. Both answer MaLoi ("0": done) and TrangThai: CHO_GUI, DA_GUI,
DA_NHAN, THAT_BAI with LyDo. A gateway need not compare references, so it is asked before anything is handed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from clerk_app.central.registers.line import Line, Unknown
from clerk_app.central.registers.messaging import Failed, Letter, Nowhere, Taken, Unsent
from clerk_app.domain.sms import length

_OPEN = ("CHO_GUI", "DA_GUI")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who we are to the gateway. `absent` is its MaLoi for a reference it does not know, `later` those of one that
    took nothing and wants to be asked again (too many at once, no credit)."""

    brand: str
    secret: str = field(default="", repr=False)
    absent: str = "404"
    later: frozenset[str] = frozenset({"429", "402"})


class _TraLoi(msgspec.Struct):
    MaLoi: str
    MaThamChieu: str = ""
    TrangThai: str = ""
    LyDo: str = ""


class HttpSmsGateway:
    """The gateway over HTTP."""

    answers = True
    compares = False

    def __init__(self, line: Line, us: Sender) -> None:
        self._line = line
        self._us = us

    def send(self, reference: str, letter: Letter) -> Taken | Failed | Unsent | Unknown:
        """Hand a message over."""
        told = {
            "MaThamChieu": reference,
            "NguoiGui": self._us.brand,
            "SoNhan": letter.to,
            "NoiDung": letter.text,
            "BangMa": length(letter.text).alphabet,
        }
        said = self._line.told(_TraLoi, "POST", "/tin-nhan", said=told, headers=self._proof())
        if isinstance(said, Unknown):
            return said
        if said.MaLoi in self._us.later:
            return Unsent(f"MA_LOI_{said.MaLoi}")
        if said.MaLoi != "0":
            return Failed(f"MA_LOI_{said.MaLoi}")
        return _end(reference, said)

    def look(self, reference: str, letter: Letter) -> Taken | Failed | Nowhere | Unknown:
        """Whether the gateway has it, and whether it arrived."""
        asked = {"MaThamChieu": reference}
        said = self._line.told(_TraLoi, "POST", "/tin-nhan/tra-cuu", said=asked, headers=self._proof())
        if isinstance(said, Unknown):
            return said
        if said.MaLoi == self._us.absent:
            return Nowhere()
        if said.MaLoi != "0":
            return Unknown(f"MA_LOI_{said.MaLoi}")
        return _end(reference, said)

    def _proof(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._us.secret}"} if self._us.secret else {}


def _end(reference: str, said: _TraLoi) -> Taken | Failed | Unknown:
    if said.MaThamChieu != reference:
        return Unknown("OTHER_MESSAGE")
    match said.TrangThai:
        case "DA_NHAN":
            return Taken(delivered=True)
        case "THAT_BAI":
            return Failed(said.LyDo[:60] or "THAT_BAI")
        case one if one in _OPEN:
            return Taken()
        case _:
            return Unknown("SHAPE")

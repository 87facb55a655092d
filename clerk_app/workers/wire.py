"""How desk and worker write down what they say to each other: MessagePack of the structs of one conversation."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

AskT = TypeVar("AskT")
SayT = TypeVar("SayT")


class Wire(Generic[AskT, SayT]):
    """One conversation: the structs that the desk asks with and those that the worker answers with."""

    def __init__(self, asks: object, says: object) -> None:
        """`asks` and `says` are `AskT` and `SayT`: a union of tagged structs each."""
        self._encoder = msgspec.msgpack.Encoder()
        self._asks: msgspec.msgpack.Decoder[AskT] = msgspec.msgpack.Decoder(asks)
        self._says: msgspec.msgpack.Decoder[SayT] = msgspec.msgpack.Decoder(says)

    def message(self, said: AskT | SayT) -> bytes:
        """The message's octets."""
        return self._encoder.encode(said)

    def ask_from(self, octets: bytes) -> AskT:
        """What the desk asks. Raises `msgspec.MsgspecError` for anything else."""
        return self._asks.decode(octets)

    def say_from(self, octets: bytes) -> SayT:
        """What the worker says. Raises `msgspec.MsgspecError` for anything else."""
        return self._says.decode(octets)

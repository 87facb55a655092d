"""A conversation with a chip without any wire: a transcript, or the practice chip in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from clerk_app.devices.emrtd.apdu import Talk
from clerk_app.practice import specimens
from clerk_app.practice.card_chip import Chip
from clerk_app.practice.card_faults import parse

T = TypeVar("T")


def converse(talk: Talk[T], answer: Callable[[bytes], bytes]) -> T:
    """Run a conversation to its end."""
    try:
        command = next(talk)
        while True:
            command = talk.send(answer(command))
    except StopIteration as done:
        result: T = done.value
        return result


class Transcript:
    """`<< command >> reply` pairs in hexadecimal; a command that differs fails the test."""

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self._left = [(bytes.fromhex(command), bytes.fromhex(reply)) for command, reply in pairs]

    def __call__(self, command: bytes) -> bytes:
        assert self._left, f"a command too many: {command.hex()}"
        expected, reply = self._left.pop(0)
        assert command.hex() == expected.hex()
        return reply

    @property
    def finished(self) -> bool:
        return not self._left


class CountingChip:
    """The practice chip, with the commands it saw."""

    def __init__(self, person: int = 1, *faults: str) -> None:
        self.chip = Chip(specimens.specimen(person), parse(faults))
        self.commands: list[bytes] = []

    def __call__(self, command: bytes) -> bytes:
        self.commands.append(command)
        return self.chip.answer(command)


class FixedDice:
    """The secrets of a worked example, in the order they are asked for."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = [bytes.fromhex(secret) for secret in secrets]

    def octets(self, count: int) -> bytes:
        secret = self._secrets.pop(0)
        assert len(secret) == count
        return secret

    def scalar(self, below: int) -> int:
        number = int.from_bytes(self._secrets.pop(0), "big")
        assert 0 < number < below
        return number

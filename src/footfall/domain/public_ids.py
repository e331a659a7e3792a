"""Row numbers ↔ the short public ids of the wire (``vxqQJ3Yg``).

Eight base-62 characters for every noun (contract 2.5). A number is multiplied into the space of
62⁸ ids and written as four two-character digits, each through a shuffle of its own; multiplier,
offset and shuffles come from the installation's secret and the noun, so ids of two installations
or two nouns do not line up. Called for every event of a batch, hence tables instead of a general
codec: an id costs about half a microsecond, with the ``sqids`` package some tens
(docs/performance.md).

Ids are names, not secrets: whoever holds many of them may work out their order. Nothing is granted
for knowing one.
"""

import hashlib
import math
import random
from enum import IntEnum
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH: Final = 8
_PAIRS: Final = len(ALPHABET) ** 2
SPACE: Final = _PAIRS**4
"""How many ids there are, and one more than the largest row number: 62⁸ ≈ 2.2 × 10¹⁴."""


class Kind(IntEnum):
    """What an id names; each noun has ids of its own."""

    BUSINESS = 1
    TOKEN = 2
    PROFILE = 3
    SESSION = 4
    ACTION = 5
    OBJECT = 6
    EVENT = 7
    REJECTION = 8
    IDENTITY = 9
    ITEM = 10
    STRUCTURE = 11
    PROPERTY = 12
    LIST = 13
    SUBMISSION = 14
    CHANGE = 15
    SIGHTING = 16
    LINK = 17
    DELIVERY = 18


class Codec:
    """The ids of one noun in one installation."""

    def __init__(self, secret: bytes, kind: Kind) -> None:
        seed = hashlib.sha256(b"footfall public ids\0" + bytes([kind]) + secret).digest()
        # Deterministic by design: the same secret has to give the same ids on every host.
        chance = random.Random(seed)
        self._multiplier = _coprime(chance)
        self._inverse = pow(self._multiplier, -1, SPACE)
        self._offset = chance.randrange(SPACE)
        pairs = [a + b for a in ALPHABET for b in ALPHABET]
        self._write: list[list[str]] = []
        self._read: list[dict[str, int]] = []
        for _ in range(LENGTH // 2):
            chance.shuffle(pairs)
            self._write.append(pairs.copy())
            self._read.append({pair: digit for digit, pair in enumerate(pairs)})
        self._first, self._second, self._third, self._fourth = self._write

    def encode(self, row: int) -> str:
        """Return the public id of a row number ≥ 0 and < 62⁸."""
        if not 0 <= row < SPACE:
            raise ValueError(f"row number {row} is outside 0 … 62⁸ - 1")
        number = (row * self._multiplier + self._offset) % SPACE
        number, fourth = divmod(number, _PAIRS)
        number, third = divmod(number, _PAIRS)
        first, second = divmod(number, _PAIRS)
        return self._first[first] + self._second[second] + self._third[third] + self._fourth[fourth]

    def decode(self, text: str) -> int | None:
        """Return the row number an id would name, or ``None`` when the text is no id at all.

        That a number comes back does not say that the row exists.
        """
        if len(text) != LENGTH:
            return None
        number = 0
        for digit, table in enumerate(self._read):
            value = table.get(text[2 * digit : 2 * digit + 2])
            if value is None:
                return None
            number = number * _PAIRS + value
        return (number - self._offset) * self._inverse % SPACE


class PublicIds:
    """The codecs of one installation, one per noun.

    Args:
        secret: the installation's 32 random bytes; every process of an installation has the same.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._codecs: dict[Kind, Codec] = {}

    def __getitem__(self, kind: Kind) -> Codec:
        codec = self._codecs.get(kind)
        if codec is None:
            # Its tables take some milliseconds; a start should not wait for what it does not name.
            codec = self._codecs[kind] = Codec(self._secret, kind)
        return codec


def _coprime(chance: random.Random) -> int:
    while True:
        candidate = chance.randrange(SPACE // 8, SPACE)
        if math.gcd(candidate, SPACE) == 1:
            return candidate

"""What a table holds, in two values that are equal only if the rows are.

Made while rows are copied and again from what was written; also kept inside every backup, so that
a flipped bit is found before it is restored. Rows may come in any order, since the engines sort
texts differently, and JSON may be spelt as PostgreSQL spells it after reading it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from footfall.ops.rows import Row, Shape, Watch

_BITS: Final = 128
_LONGEST_NUMBER: Final = 400
"""Digits before the point; the largest float has 309."""


class Content(NamedTuple):
    """How many rows, and a digest of all of them."""

    rows: int
    digest: str


NOTHING: Final = Content(0, "0")


class Tally:
    """Adds up the content of one table: each row's BLAKE2b, summed modulo 2¹²⁸.

    Args:
        known: what was added up before.
    """

    def __init__(self, shape: Shape, known: Content = NOTHING) -> None:
        self._json = shape.json
        self._total = int(known.digest, 16)
        self.rows = known.rows

    def add(self, rows: list[Row]) -> None:
        self._total += self._sum(rows)
        self.rows += len(rows)

    def take(self, rows: list[Row]) -> None:
        """Take rows out that were added before."""
        self._total -= self._sum(rows)
        self.rows -= len(rows)

    def content(self) -> Content:
        return Content(self.rows, f"{self._total % (1 << _BITS):032x}")

    def _sum(self, rows: list[Row]) -> int:
        encode = msgspec.msgpack.encode
        blake2b = hashlib.blake2b
        plain = map(self._plain, rows) if self._json else rows
        return sum(
            int.from_bytes(blake2b(encode(row), digest_size=_BITS // 8).digest(), "big")
            for row in plain
        )

    def _plain(self, row: Row) -> Row:
        if all(row[index] is None for index in self._json):
            return row
        values = list(row)
        for index in self._json:
            values[index] = None if row[index] is None else canonical(row[index])
        return tuple(values)


def counted(
    chunks: Iterable[list[Row]], tally: Tally, watch: Watch, what: str, total: int | None = None
) -> Iterator[list[Row]]:
    """Yield the chunks again, each once the tally counts it; ``total`` is a guess."""
    for rows in chunks:
        tally.add(rows)
        watch(what, tally.rows, None if total is None else max(total, tally.rows))
        yield rows


def content_of(
    shape: Shape, chunks: Iterable[list[Row]], watch: Watch, what: str, total: int | None = None
) -> Content:
    """Return the content of a table that is read once and kept nowhere."""
    tally = Tally(shape)
    for _ in counted(chunks, tally, watch, what, total):
        pass
    return tally.content()


def canonical(text: str) -> bytes:
    """Return JSON text in the one spelling that all spellings of the same value share.

    >>> canonical('{"b": 1.50, "a": 1e2}')
    b'{"a":100,"b":"1.5"}'
    """
    try:
        return msgspec.json.encode(_decoder.decode(text), order="sorted")
    except msgspec.DecodeError:
        return text.encode()


def _number(text: str) -> int | Decimal | str:
    # By decimal digits, not binary fractions: PostgreSQL keeps every digit it was given.
    number = Decimal(text)
    if number.adjusted() > _LONGEST_NUMBER:
        return text
    return int(number) if number == number.to_integral_value() else number.normalize()


_decoder = msgspec.json.Decoder(float_hook=_number)

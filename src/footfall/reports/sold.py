"""Conversions → what was sold in them, with its part of the net value.

The lines of an order share its net value in proportion to their amounts, to the minor unit (largest
remainder). A line without a price in the order's currency has no part, unless no line has one: then
they share by their quantities. What has no lines was sold as ``NOTHING``.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from footfall.attribution.allocate import allocate
from footfall.attribution.paths import Floats, Ints
from footfall.attribution.run import NOTHING, Attribution
from footfall.attribution.words import Sold
from footfall.reports.sales import Sales


class Line(NamedTuple):
    """A line of an order; fields as in ``sql/sold_lines.sql``."""

    conversion_id: int
    line_no: int
    product: str | None
    category: str | None
    quantity: int
    currency: str | None
    line_minor: int | None
    is_priced: bool

    @property
    def price_minor(self) -> int:
        """The amount that its part goes by."""
        return (self.line_minor or 0) if self.is_priced else 0


@dataclass(frozen=True, slots=True, eq=False)
class SoldLines:
    """The lines of attributed conversions.

    Attributes:
        values: names of categories or products, by ``code``.
        code: shape (lines,).
        of_sale: shape (lines,), which of the sales each is a line of.
    """

    values: tuple[str, ...]
    code: Ints
    of_sale: Ints
    _share: Floats
    _minor: Ints

    def weights(self, model: str) -> Floats:  # noqa: ARG002
        """Return shape (lines,), the share of its sale that each line has; the same by any rule."""
        return self._share

    def minor(self, model: str) -> Ints:  # noqa: ARG002
        """Return shape (lines,), its part of the net value in minor units."""
        return self._minor


def sold_in(attribution: Attribution, sales: Sales, by: Sold) -> SoldLines:
    """Return what was sold in the sales that any touch counts for."""
    told = _lines(attribution)
    ids = sales.conversion_id[sales.place]
    known = np.isin(told["conversion_id"], ids)
    lined = np.unique(told["conversion_id"][known])
    # What has no lines has one, of nothing.
    bare = ids[~np.isin(ids, lined)]
    owner = np.concatenate((told["conversion_id"][known], bare))
    order = np.argsort(owner, kind="stable")
    none = np.zeros(len(bare), np.int64)
    price = np.concatenate((told["price_minor"][known], none))[order]
    quantity = np.concatenate((told["quantity"][known], none + 1))[order]
    names = np.concatenate((told[by][known], np.full(len(bare), NOTHING, object)))[order]
    sale, starts = np.unique(owner[order], return_index=True)
    starts = np.append(starts, len(owner)).astype(np.int64)
    place = sales.place[np.argsort(ids)]
    assert (sales.conversion_id[place] == sale).all()
    weight = _weights(price, quantity, starts)
    values, code = np.unique(names.astype(str), return_inverse=True)
    return SoldLines(
        tuple(values.tolist()),
        code.astype(np.int64),
        np.repeat(place, np.diff(starts)),
        weight / _repeated(np.add.reduceat(weight, starts[:-1]), starts),
        allocate(sales.net_minor[place], weight, starts),
    )


def parts(net_minor: int, lines: list[Line]) -> list[int]:
    """Return the part of a sale's net value that each of its lines has."""
    if not lines:
        return []
    price = np.array([line.price_minor for line in lines], np.int64)
    quantity = np.array([line.quantity for line in lines], np.int64)
    starts = np.array([0, len(lines)], np.int64)
    weight = _weights(price, quantity, starts)
    return [int(part) for part in allocate(np.array([net_minor], np.int64), weight, starts)]


def _weights(price: Ints, quantity: Ints, starts: Ints) -> Floats:
    is_priced = _repeated(np.add.reduceat(price, starts[:-1]), starts) > 0
    return np.where(is_priced, price, quantity).astype(np.float64)


def _repeated(of_sales: Floats | Ints, starts: Ints) -> Floats:
    return np.repeat(of_sales, np.diff(starts)).astype(np.float64)


def _lines(attribution: Attribution) -> dict[str, NDArray[Any]]:
    rows = [Line(*row) for row in attribution.lines_sold()]
    return {
        "conversion_id": np.array([line.conversion_id for line in rows], np.int64),
        "product": np.array([line.product or NOTHING for line in rows], object),
        "category": np.array([line.category or NOTHING for line in rows], object),
        "quantity": np.array([line.quantity for line in rows], np.int64),
        "price_minor": np.array([line.price_minor for line in rows], np.int64),
    }

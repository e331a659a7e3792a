"""Attribution → the conversions of a report, each with the touches that count for it, as arrays.

What every report but the plain one is made of: paths, assists and periods are sums over these. The
numbers are those of receipts, because both come from the same candidates and the same rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footfall.attribution import engine
from footfall.attribution.paths import Floats, Ints
from footfall.attribution.run import Attribution
from footfall.attribution.statements import statement
from footfall.attribution.words import EVER, SOLD, Dimension, Range, Sold

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Sales:
    """Conversions of one currency and time, and the touches that count for them.

    Attributes:
        values: of the dimension, by ``found.value_code``.
        conversion_id, person_id, converted_at, net_minor: shape (conversions,).
        is_first: shape (conversions,), whether it was the person's first.
        found: the touches of those that have any.
        place: shape (``found``'s conversions,), which conversion each of them is.
    """

    attribution: Attribution
    values: tuple[str, ...]
    conversion_id: Ints
    person_id: Ints
    converted_at: Ints
    net_minor: Ints
    is_first: Bools
    found: engine.Candidates
    place: Ints
    _minor: dict[str, Ints] = field(default_factory=dict)

    @property
    def of_sale(self) -> Ints:
        """Shape (touches,), which conversion each touch counts for."""
        return np.repeat(self.place, self.touches)

    @property
    def code(self) -> Ints:
        """Shape (touches,), the value of each."""
        return self.found.value_code.astype(np.int64)

    @property
    def touches(self) -> Ints:
        """Shape (``found``'s conversions,), how many touches each has."""
        return np.diff(self.found.starts)

    @property
    def touched_at(self) -> Ints:
        """Shape (touches,), UTC microseconds."""
        at: Ints = self.converted_at[self.of_sale] - self.found.age_us
        return at

    @property
    def is_attributed(self) -> Bools:
        """Shape (conversions,), whether any touch counts."""
        has = np.zeros(len(self.conversion_id), np.bool_)
        has[self.place] = True
        return has

    def weights(self, model: str) -> Floats:
        """Return shape (touches,), the share of its conversion that a rule gives each touch."""
        return engine.weigh(model, self.found, self.attribution.definition)

    def minor(self, model: str) -> Ints:
        """Return shape (touches,), the minor units that a rule gives each touch."""
        if model not in self._minor:
            self._minor[model] = engine.credit_touches(self.found, self.weights(model))
        return self._minor[model]


def sales_of(
    attribution: Attribution,
    by: Dimension | Sold,
    currency: str,
    during: Range = EVER,
    models: Sequence[str] = (),
) -> Sales:
    """Return the conversions of a time.

    Args:
        by: touches are by channel where it is what was sold.
        models: rules that they will be credited by.
    """
    values = attribution.ask("channel" if by in SOLD else by, currency, during)  # type: ignore[arg-type]
    found = attribution.candidates(models)
    told: dict[str, Any] = attribution.connection.execute(statement("sales")).fetchnumpy()
    row = told.pop("conversion_row")
    place = np.searchsorted(row, found.conversion_row)
    return Sales(attribution, values, **told, found=found, place=place)


def sums(code: Ints, amounts: Ints, count: int) -> Ints:
    """Return the sum of the amounts of each code, exactly."""
    # Not by way of floats, which hold no odd number beyond 2**53.
    total = np.zeros(count, np.int64)
    np.add.at(total, code, amounts)
    return total

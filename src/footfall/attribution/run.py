"""Events, identity, objects and deliveries of one business → credits, and what lies behind them.

``Attribution`` is one reading of the lake: who everybody is, every touch, every conversion, as of
one moment and by one definition. Asking it twice gives the same answer. Nothing is written anywhere
but into temporary tables of its own connection.
"""

from collections.abc import Hashable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from duckdb import DuckDBPyConnection

from footfall.attribution import engine
from footfall.attribution.answers import Answers
from footfall.attribution.channels import Channels
from footfall.attribution.definition import Definition
from footfall.attribution.exchange import Exchange
from footfall.attribution.paths import Credit
from footfall.attribution.reckon import make, reckon
from footfall.attribution.statements import statement
from footfall.attribution.words import EVER, FOREVER, RULES, W_SHAPED, Dimension, Range

NOTHING: Final = "(none)"
"""What a report calls a touch that names no campaign, term …"""


class Total(NamedTuple):
    """Conversions and their net value in minor units; attributed ones have a touch that counts."""

    conversions: int
    net_minor: int
    attributed_conversions: int
    attributed_minor: int


class Comparison(NamedTuple):
    """What each value of a dimension earned, model by model.

    Attributes:
        values: of the dimension.
        credit: by model; arrays in the order of ``values``.
    """

    currency: str
    values: tuple[str, ...]
    credit: dict[str, Credit]
    total: Total


class Attribution:
    """The touches and conversions of one business.

    Args:
        connection: with the relations ``events``, ``identity``, ``objects`` and ``deliveries`` of
            the lake.
        as_of: UTC microseconds; whatever arrived later is not known yet.
        is_reckoned: the connection has the relations of ``reckon`` already.
        answers: where answers of earlier questions are.
        of: what ``answers`` tells these relations by.
        exchange: to have all sales in one currency; nothing is answered from before then, because
            rates may have come since.
    """

    def __init__(
        self,
        connection: DuckDBPyConnection,
        business_id: int,
        definition: Definition,
        channels: Channels,
        as_of: int = FOREVER,
        *,
        is_reckoned: bool = False,
        answers: Answers | None = None,
        of: Hashable = None,
        exchange: Exchange | None = None,
    ) -> None:
        self.connection = connection
        self.exchange = exchange
        self.definition = definition
        self.version = definition.version_with(channels.text)
        self._known = {"business_id": business_id, "as_of": as_of}
        self._answers = answers if exchange is None else None
        self._of = (of, self.version)
        self._has_milestones = False
        if not is_reckoned:
            reckon(connection, business_id, definition, channels, as_of)
        if exchange is not None:
            exchange.apply(connection)

    def currencies(self) -> list[str]:
        """Return the currencies that anything was sold in."""
        rows = self.connection.execute(
            "select distinct currency from told_conversions order by currency"
        )
        return [currency for (currency,) in rows.fetchall()]

    def compare(
        self, by: Dimension, models: Sequence[str], currency: str, during: Range = EVER
    ) -> Comparison:
        """Return what each value of a dimension earned with the conversions of a time.

        Args:
            models: of ``engine.MODELS``.
            during: when the conversions were.
        """
        if self._answers is None:
            return self._compare(by, models, currency, during)
        return self._answers.get(
            (self._of, by, tuple(models), currency, during),
            lambda: self._compare(by, models, currency, during),
            lambda found: len(found.values) * (len(models) + 1),
        )

    def _compare(
        self, by: Dimension, models: Sequence[str], currency: str, during: Range
    ) -> Comparison:
        values = self.ask(by, currency, during)
        found = self.candidates(models)
        credited: dict[str, Credit] = {}
        if not len(found.conversion_row):
            nothing = Credit(np.zeros(len(values)), np.zeros(len(values)))
            return Comparison(currency, values, dict.fromkeys(models, nothing), self._total(found))
        journeys = None
        for model in models:
            if model in RULES:
                weights = engine.weigh(model, found, self.definition)
                credited[model] = engine.credit_values(found, weights, len(values))
                continue
            if journeys is None:
                journeys = engine.paths(self.connection, found, self.definition, values, during)
            credited[model] = engine.credit_whole(model, journeys)
        return Comparison(currency, values, credited, self._total(found))

    def by_conversion(
        self, by: Dimension, model: str, currency: str, during: Range = EVER
    ) -> dict[int, dict[str, int]]:
        """Return the credit of each conversion under a rule: minor units by what is credited.

        Returns:
            By ``conversion_id``; conversions without a touch that counts are left out.
        """
        values = self.ask(by, currency, during)
        found = self.candidates((model,))
        minor = engine.credit_touches(found, engine.weigh(model, found, self.definition))
        ids = self.rows("conversion_ids")
        credited: dict[int, dict[str, int]] = {}
        conversion = np.repeat(found.conversion_row, np.diff(found.starts))
        for row, code, share in zip(
            conversion.tolist(), found.value_code.tolist(), minor.tolist(), strict=True
        ):
            shares = credited.setdefault(ids[row][0], {})
            if share:
                shares[values[code]] = shares.get(values[code], 0) + share
        return credited

    def candidates(self, models: Sequence[str] = ()) -> engine.Candidates:
        """Return the touches that count for the conversions asked for.

        Args:
            models: that they will be weighed by.
        """
        if W_SHAPED in models:
            self._reach_milestones()
        return engine.candidates(self.connection, self.definition, models)

    def milestones_of(self, conversion_id: int) -> list[int]:
        """Return when the milestones before a conversion were, UTC microseconds, oldest first."""
        self._reach_milestones()
        return [at for (at,) in self.rows("milestones_of", conversion_id=conversion_id)]

    def rows(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of one of the queries in ``sql/``."""
        return self.connection.execute(statement(name), values).fetchall()

    def lines_sold(self, conversion_id: int = 0) -> list[tuple[Any, ...]]:
        """Return what was sold in a conversion, or in all; rows as in ``sql/sold_lines.sql``."""
        return self.rows("sold_lines", conversion_id=conversion_id)

    def changes_of(self, person_id: int) -> list[tuple[Any, ...]]:
        """Return by which changes of identity a person's sessions and profiles are theirs."""
        return self.rows("sessions_of", person_id=person_id, **self._known)

    def _total(self, found: engine.Candidates) -> Total:
        counted = self.connection.execute(
            "select count(*), coalesce(sum(net_minor), 0)::bigint from conversions where is_asked"
        )
        conversions, net_minor = counted.fetchall()[0]
        return Total(conversions, net_minor, len(found.conversion_row), int(found.net_minor.sum()))

    def ask(self, by: Dimension, currency: str, during: Range = EVER) -> tuple[str, ...]:
        """Make the relations that the engine reads; return what is credited, by number."""
        make(self.connection, "named_tellings", "named_tellings", by=by, nothing=NOTHING)
        make(self.connection, "asked_values", "asked_values")
        make(self.connection, "asked_tellings", "asked_tellings")
        self._view("named_touches", "named_touches")
        self._view("touches", "asked_touches")
        asked = {"currency": currency, **during._asdict()}
        make(self.connection, "conversions", "asked_conversions", **asked)
        rows = self.connection.execute("select value from asked_values order by value_code")
        return tuple(value for (value,) in rows.fetchall())

    def _reach_milestones(self) -> None:
        """Make ``told_milestones``, which few questions need and an action of any size may be."""
        if not self._has_milestones:
            milestone = self.definition.milestone
            make(
                self.connection, "told_milestones", "milestones", **self._known, milestone=milestone
            )
            self._has_milestones = True

    def _view(self, view: str, query: str) -> None:
        self.connection.execute(f"create or replace temp view {view} as {statement(query)}")

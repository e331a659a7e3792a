"""Events, identity, objects and deliveries of one business → credits, and what lies behind them.

``Attribution`` is one reading of the lake: who everybody is, every touch, every conversion, as of
one moment and by one definition. Asking it twice gives the same answer. Nothing is written anywhere
but into temporary tables of its own connection.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from duckdb import DuckDBPyConnection

from footfall.attribution import engine
from footfall.attribution.channels import Channels, origin_of
from footfall.attribution.definition import Definition
from footfall.attribution.paths import Credit
from footfall.attribution.statements import statement
from footfall.attribution.words import EVER, FOREVER, RULES, Dimension, Range

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
    """

    def __init__(
        self,
        connection: DuckDBPyConnection,
        business_id: int,
        definition: Definition,
        channels: Channels,
        as_of: int = FOREVER,
    ) -> None:
        self.connection = connection
        self.definition = definition
        self.version = definition.version_with(channels.text)
        self._known = known = {"business_id": business_id, "as_of": as_of}
        self._make("owners", "owners", **known)
        self._make(
            "told_touches",
            "touches",
            **known,
            visit_us=definition.visit_us,
            own_sources=list(definition.own_sources),
            own_hosts=list(definition.own_hosts),
        )
        self._make(
            "told_conversions",
            "conversions",
            **known,
            goals=list(definition.goals),
            is_confirmed_only=definition.confirmed_only,
        )
        self._make("told_milestones", "milestones", **known, milestone=definition.milestone)
        self._name_origins(channels)

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
        values = self.ask(by, currency, during)
        found = engine.candidates(self.connection, self.definition, models)
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
        found = engine.candidates(self.connection, self.definition, (model,))
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

    def rows(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of one of the queries in ``sql/``."""
        return self.connection.execute(statement(name), values).fetchall()

    def lines_sold(self, conversion_id: int = 0) -> list[tuple[Any, ...]]:
        """Return what was sold in a conversion, or in all; rows as in ``sql/sold_lines.sql``."""
        business_id = self._known["business_id"]
        return self.rows("sold_lines", business_id=business_id, conversion_id=conversion_id)

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
        self._make("named_touches", "named_touches", by=by, nothing=NOTHING)
        self._make("asked_values", "asked_values")
        self._make("touches", "asked_touches")
        self._make("conversions", "asked_conversions", currency=currency, **during._asdict())
        rows = self.connection.execute("select value from asked_values order by value_code")
        return tuple(value for (value,) in rows.fetchall())

    def _name_origins(self, channels: Channels) -> None:
        """Give each way a touch can be told its source, medium, campaign and channel."""
        query = (
            "select distinct evidence, source, medium, campaign, click_id_kind from told_touches"
        )
        rows = []
        for told in self.connection.execute(query).fetchall():
            origin = origin_of(*told)
            rows.append((*told, *origin, channels.name_of(origin)))
        self.connection.execute(
            "create or replace temp table origins (evidence varchar, source varchar, "
            "medium varchar, campaign varchar, click_id_kind varchar, named_source varchar, "
            "named_medium varchar, named_campaign varchar, channel varchar)"
        )
        if rows:
            self.connection.executemany(f"insert into origins values ({','.join('?' * 9)})", rows)

    def _make(self, table: str, query: str, **values: Any) -> None:
        self.connection.execute(
            f"create or replace temp table {table} as {statement(query)}", values
        )

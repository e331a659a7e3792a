"""Strategies: random histories of a small business, and journeys for the models alone."""

from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from footfall.attribution import words
from footfall.attribution.definition import Definition
from footfall.attribution.paths import Journey
from footfall.attribution.run import Attribution
from footfall.attribution.words import FOREVER
from footfall.domain.times import DAY, HOUR, SECOND
from tests.attribution.lake import START, Row, attach, attribution, campaign, delivery, event
from tests.attribution.lake import merge as merged
from tests.attribution.lake import order as ordered

WEEKS: Final = 3 * 7 * 4
"""Quarters of a day in the time that histories take."""

MODELS: Final = words.MODELS

Numbers = dict[tuple[str, str, str], tuple[float, float]]


class History(NamedTuple):
    """The relations of a lake."""

    events: list[Row]
    identity: list[Row]
    objects: list[Row]
    deliveries: list[Row]

    def attribution(
        self, definition: Definition | None = None, as_of: int = FOREVER
    ) -> Attribution:
        return attribution(definition, as_of=as_of, **self._asdict())


moments = st.integers(0, WEEKS).map(lambda quarter: START + quarter * 6 * HOUR)
delays = st.sampled_from([0, 0, SECOND, 2 * DAY])
sources = st.sampled_from(["google", "facebook", "hellotext", "news"])


@st.composite
def owners(draw: st.DrawFn) -> dict[str, Any]:
    session, profile = draw(
        st.sampled_from([(1, None), (2, None), (3, None), (None, 1), (None, 2)])
    )
    return {"session_id": session, "profile_id": profile}


@st.composite
def touches(draw: st.DrawFn, number: int) -> Row:
    at, owner = draw(moments), draw(owners())
    owner["received_at"] = at + draw(delays)
    kind = draw(st.sampled_from(["read", "remembered", "click", "referrer", "link", "form"]))
    if kind == "read":
        return campaign(number, at, draw(sources), **owner)
    if kind == "remembered":
        return campaign(number, at, draw(sources), **(owner | {"utm_observed_at": None}))
    if kind == "click":
        return event(
            number, at, click_id_kind="gclid", click_id=draw(st.sampled_from("ab")), **owner
        )
    if kind == "form":
        return event(number, at, action="form.completed", **owner)
    if kind == "referrer":
        return event(number, at, referrer="https://blog.example/", **owner)
    return event(number, at, action="short_link.clicked", link_id="aB3xK9qZ", **owner)


@st.composite
def orders(draw: st.DrawFn, number: int) -> list[Row]:
    at, owner = draw(moments), draw(owners())
    owner["received_at"] = at + draw(delays)
    placed = ordered(number, at, draw(st.integers(1, 20_000)), **owner)
    later = draw(st.sampled_from(["nothing", "nothing", "refund", "cancel", "confirm"]))
    if later == "nothing":
        return [placed]
    change: Row = {"amount_minor": None, "currency": None, "action": f"order.{later}led"}
    if later == "confirm":
        change["action"] = "order.confirmed"
    if later == "refund":
        minor = draw(st.integers(1, 20_000))
        change = {"amount_minor": minor, "action": "refund.received", "object_id": 1000 + number}
    return [placed, placed | {"event_id": number + 500, "received_at": at + 3 * DAY} | change]


@st.composite
def histories(draw: st.DrawFn) -> History:
    touched = [draw(touches(number)) for number in range(1, draw(st.integers(0, 8)) + 1)]
    bought = [draw(orders(number)) for number in range(100, 101 + draw(st.integers(0, 3)))]
    events = touched + [row for rows in bought for row in rows]
    objects = [
        {"object_id": 1000 + number, "business_id": 1, "kind": "refund", "parent_id": number}
        for number in range(100, 105)
    ]
    sent = [delivery(number, draw(moments)) for number in range(1, draw(st.integers(0, 2)) + 1)]
    return History(events, draw(identities()), objects, sent)


@st.composite
def identities(draw: st.DrawFn) -> list[Row]:
    sessions = draw(st.lists(st.sampled_from([1, 2, 3]), unique=True))
    told = [
        attach(number, session, draw(st.sampled_from([1, 2])), draw(moments))
        for number, session in enumerate(sessions, 1)
    ]
    if draw(st.booleans()):
        told.append(merged(10, 2, 1, draw(moments)))
    return told


windows = st.sampled_from([None, 0, 6 * HOUR, DAY, 7 * DAY])
definitions = st.builds(
    Definition,
    external_lookback_us=windows,
    active_lookback_us=windows,
    passive_lookback_us=windows,
    journeys=st.sampled_from(["all", "split"]),
    repeats=st.sampled_from(["kept", "collapsed"]),
    edition=st.sampled_from(["B", "C"]),
    confirmed_only=st.booleans(),
)

journeys = st.lists(
    st.builds(
        Journey,
        channels=st.lists(st.sampled_from("abcd"), min_size=1, max_size=7),
        conversions=st.integers(0, 3),
        value_minor=st.integers(0, 10_000),
        nulls=st.integers(0, 3),
    ).map(lambda each: each._replace(value_minor=each.value_minor if each.conversions else 0)),
    max_size=12,
)


def numbers(asked: Attribution) -> Numbers:
    """Return every number that reports of all models give, to nine digits."""
    found: Numbers = {}
    for currency in asked.currencies():
        report = asked.compare("source", MODELS, currency)
        for model, credit in report.credit.items():
            pairs = zip(credit.conversions.tolist(), credit.value_minor.tolist(), strict=True)
            for value, (conversions, minor) in zip(report.values, pairs, strict=True):
                if conversions or minor:
                    found[currency, model, value] = round(conversions, 6), round(minor, 3)
        total = report.total
        found[currency, "total", ""] = total.conversions, total.net_minor
    return found

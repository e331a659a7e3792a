"""Openings of tracked links: what a code leads to, clicks with their events, and their sums.

Source: contract 6.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from footfall.domain.actions import LINK_CLICKED
from footfall.domain.events import EventDraft
from footfall.domain.sessions import mint
from footfall.domain.times import MINUTE, parse_timezone
from footfall.errors import Fault
from footfall.store import businesses, merges, sessions, suppress, tables
from footfall.store.append import Submission
from footfall.store.tables import link_clicks, links, profiles

_CHUNK: Final = 500
_QUARTER: Final = 15 * MINUTE
"""Every day of every time zone begins at one of these."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Opened(NamedTuple):
    """What a code leads to; ``hosts`` are those the business lets links lead to, ``None``: any."""

    id: int
    business_id: int
    destination: str
    source: str
    medium: str | None
    campaign: str | None
    hosts: list[str] | None


class Click(NamedTuple):
    """What an opening became: the visitor's session, ``None`` of who is not to be tracked."""

    session: str | None


class Stats(NamedTuple):
    """What the clicks of a link add up to.

    Attributes:
        sessions, profiles: how many different ones clicked; of profiles people, as known by now.
        timezone: the business's; its days begin and end there.
        days: (date, clicks) of each day with a click, in order.
    """

    sessions: int
    profiles: int
    timezone: str
    days: list[tuple[str, int]]


class _Prepared(NamedTuple):
    """The session a link was made with, and whose it is."""

    id: int
    text: str
    profile_id: int | None
    is_suppressed: bool
    is_deleted: bool


def find_open(connection: Connection, code: str) -> Opened | None:
    """Return what a code leads to; ``None`` if nothing does, or not any more."""
    own = [links.c[name] for name in Opened._fields[:-1]]
    query = (
        select(*own, tables.businesses.c.link_hosts)
        .join(tables.businesses, tables.businesses.c.id == links.c.business_id)
        .where(links.c.code == code, links.c.deleted_at.is_(None), links.c.deactivated_at.is_(None))
    )
    row = connection.execute(query).first()
    return Opened._make(row) if row is not None else None


def click(
    connection: Connection, opened: Opened, public_id: str, referrer: str | None, at: int
) -> tuple[Click, Submission | None]:
    """Count a click and return what becomes of the visitor, with the event to append.

    Args:
        public_id: the link's.
        referrer: the page that the link stood on, if the browser says.
    """
    session = _prepared(connection, opened.id)
    if session is not None and session.is_suppressed:
        assert session.profile_id is not None
        suppress.count(connection, session.profile_id)
        _add(connection, opened.id, suppressed=links.c.suppressed + 1)
        return Click(None), None
    if session is None or session.is_deleted:
        made = sessions.create(connection, opened.business_id, mint(), at)
        session = _Prepared(made.id, made.text, None, False, False)
    _add(connection, opened.id, clicks=links.c.clicks + 1, clicked_at=at)
    connection.execute(
        insert(link_clicks).values(
            business_id=opened.business_id,
            link_id=opened.id,
            session_id=session.id,
            clicked_at=at,
        )
    )
    told = {
        "link": public_id,
        "destination": opened.destination,
        "source": opened.source,
        "medium": opened.medium,
        "campaign": opened.campaign,
        "referrer": referrer,
    }
    draft = EventDraft(
        opened.business_id,
        None,
        LINK_CLICKED.id,
        at,
        at,
        session_id=session.id,
        data=msgspec.json.encode({name: each for name, each in told.items() if each}).decode(),
    )
    return Click(session.text), Submission(opened.business_id, None, at, [draft], _never_refused)


def note_preview(connection: Connection, link_id: int) -> None:
    """Count an opening by what only looks at the address."""
    _add(connection, link_id, previews=links.c.previews + 1)


def stats(connection: Connection, business_id: int, link_id: int) -> Stats:
    """Return what the clicks of a link add up to.

    Cost: one read of the link's rows in ``link_clicks``.
    """
    business = businesses.find(connection, business_id)
    assert business is not None
    own = link_clicks.c.link_id == link_id
    visitors = select(func.count(link_clicks.c.session_id.distinct())).where(own)
    return Stats(
        connection.execute(visitors).scalar_one(),
        _count_people(connection, link_id),
        business.timezone,
        _count_days(connection, link_id, business.timezone),
    )


def _prepared(connection: Connection, link_id: int) -> _Prepared | None:
    query = (
        select(
            tables.sessions.c.id,
            tables.sessions.c.text,
            tables.sessions.c.profile_id,
            profiles.c.suppressed_at.is_not(None),
            profiles.c.deleted_at.is_not(None),
        )
        .select_from(links)
        .join(tables.sessions, tables.sessions.c.id == links.c.session_id)
        .outerjoin(profiles, profiles.c.id == tables.sessions.c.profile_id)
        .where(links.c.id == link_id)
    )
    row = connection.execute(query).first()
    return _Prepared._make(row) if row is not None else None


def _add(connection: Connection, link_id: int, **values: Any) -> None:
    connection.execute(update(links).where(links.c.id == link_id).values(**values))


def _count_people(connection: Connection, link_id: int) -> int:
    query = (
        select(tables.sessions.c.profile_id.distinct())
        .join(link_clicks, link_clicks.c.session_id == tables.sessions.c.id)
        .where(link_clicks.c.link_id == link_id, tables.sessions.c.profile_id.is_not(None))
    )
    owners = list(connection.execute(query).scalars())
    return len(set(merges.roots_of(connection, owners).values()))


def _count_days(connection: Connection, link_id: int, timezone: str) -> list[tuple[str, int]]:
    quarter = link_clicks.c.clicked_at.op("/")(_QUARTER).label("quarter")
    query = select(quarter, func.count()).where(link_clicks.c.link_id == link_id).group_by(quarter)
    zone = parse_timezone(timezone)
    days: Counter[str] = Counter()
    for number, count in connection.execute(query):
        moment = _EPOCH + timedelta(microseconds=number * _QUARTER)
        days[moment.astimezone(zone).date().isoformat()] += count
    return sorted(days.items())


def _never_refused(_: int, fault: Fault) -> dict[str, Any]:
    raise AssertionError(f"a plain draft was refused: {fault!r}")

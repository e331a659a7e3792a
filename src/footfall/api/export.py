"""Everything about a person, as one document.

Made on a reader thread, events a few hundred at a time and each encoded at once, so that a long
history costs little more memory than the document itself. The command line prints the same.

Source: contract 3.10.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final, cast

import msgspec
from sqlalchemy import Connection, Select, or_, select

from footfall.api.call import Encoder
from footfall.api.events import Event
from footfall.api.events import render as render_event
from footfall.api.export_bodies import (
    Export,
    HeldClaim,
    HeldDelivery,
    HeldIdentity,
    HeldLink,
    HeldList,
    HeldProperty,
    HeldSession,
    HeldSighting,
    HeldSubmission,
    Member,
)
from footfall.api.identity_log import render as render_change
from footfall.api.profiles import render as render_profile
from footfall.domain import money
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc
from footfall.store import events, identity_log, merges, people, tables
from footfall.store.event_index import EventIndex
from footfall.store.released import Kept

_CHUNK: Final = 500


def build(
    connection: Connection,
    index: EventIndex,
    call: Encoder,
    business_id: int,
    row_id: int,
    at: int,
    past: Sequence[Kept],
) -> bytes | None:
    """Return the document of a person as JSON, ``None`` if there is no such profile.

    Args:
        index: finds the person's events.
        at: when it is asked for, microseconds UTC.
        past: the person's events that the lake alone has, oldest first.

    Cost: one read of each event; memory of about the size of the document.
    """
    person = people.find(connection, business_id, row_id)
    if person is None:
        return None
    parts = _Parts(connection, call, business_id, person.members)
    changes = (row for row in connection.execute(parts.changes()))
    document = Export(
        exported_at=iso_utc(at),
        profile=render_profile(call, person),
        members=parts.members(),
        identities=parts.identities(),
        claims=parts.claims(),
        sessions=parts.sessions(),
        changes=[render_change(call, identity_log.Change._make(row)) for row in changes],
        lists=parts.lists(),
        properties=parts.properties(),
        submissions=parts.submissions(),
        sightings=parts.sightings(),
        links=parts.links(),
        deliveries=parts.deliveries(),
        events=cast(list[Event], list(_events(connection, index, call, person.members, past))),
    )
    return msgspec.json.encode(document)


def _events(
    connection: Connection,
    index: EventIndex,
    call: Encoder,
    members: Sequence[int],
    past: Sequence[Kept],
) -> Iterator[msgspec.Raw]:
    encode = msgspec.json.Encoder().encode
    for start in range(0, len(past), _CHUNK):
        for row in events.named(connection, past[start : start + _CHUNK]):
            yield msgspec.Raw(encode(render_event(call, row)))
    for chunk in _chunks(events.ids_of_person(connection, index, members)):
        for row in events.of_person(connection, chunk, members):
            yield msgspec.Raw(encode(render_event(call, row)))


class _Parts:
    """Reads what is kept about a person beside events, oldest first."""

    def __init__(
        self, connection: Connection, call: Encoder, business_id: int, members: Sequence[int]
    ) -> None:
        self._connection = connection
        self._call = call
        self._business_id = business_id
        self._members = members
        self._session_ids = merges.sessions_of(connection, members)
        self._rows = self._select(tables.profiles, tables.profiles.c.id)

    def members(self) -> list[Member]:
        return [
            Member(
                id=self._profile(row.id),
                merged_into=None if row.merged_into is None else self._profile(row.merged_into),
                first_name=row.first_name,
                last_name=row.last_name,
                source=row.source or None,
                reference=row.reference,
                data={
                    name: each for name, each in (row.data or {}).items() if name != "properties"
                },
                suppressed_at=_at(row.suppressed_at),
                created_at=iso_utc(row.created_at),
                updated_at=iso_utc(row.updated_at),
            )
            for row in self._rows
        ]

    def identities(self) -> list[HeldIdentity]:
        return [
            HeldIdentity(
                profile=self._profile(row.profile_id),
                kind=row.kind,
                label=row.label,
                value=row.value,
                raw=row.raw,
                created_at=iso_utc(row.created_at),
            )
            for row in self._select(tables.identities)
        ]

    def claims(self) -> list[HeldClaim]:
        return [
            HeldClaim(
                profile=self._profile(row.profile_id),
                session=self._text(row.session_id),
                origin=row.origin,
                name=row.name,
                value=row.value,
                created_at=iso_utc(row.created_at),
            )
            for row in self._select(tables.claims)
        ]

    def sessions(self) -> list[HeldSession]:
        return [
            HeldSession(
                id=self._call.encode(Kind.SESSION, row.id),
                session=row.text,
                profile=self._profile(row.profile_id),
                created_at=iso_utc(row.created_at),
                attached_at=_at(row.attached_at),
            )
            for row in self._select(tables.sessions)
        ]

    def changes(self) -> Select[Any]:
        log = tables.identity_log
        return (
            identity_log.query_changes()
            .where(
                log.c.business_id == self._business_id,
                or_(log.c.profile_id.in_(self._members), log.c.other_id.in_(self._members)),
            )
            .order_by(log.c.id)
        )

    def lists(self) -> list[HeldList]:
        query = (
            select(tables.list_members, tables.lists.c.name)
            .join(tables.lists, tables.lists.c.id == tables.list_members.c.list_id)
            .where(tables.list_members.c.profile_id.in_(self._members))
            .order_by(tables.list_members.c.list_id, tables.list_members.c.profile_id)
        )
        return [
            HeldList(
                id=self._call.encode(Kind.LIST, row.list_id),
                profile=self._profile(row.profile_id),
                name=row.name,
                created_at=iso_utc(row.created_at),
            )
            for row in self._connection.execute(query)
        ]

    def properties(self) -> list[HeldProperty]:
        query = select(tables.properties.c.id, tables.properties.c.name).where(
            tables.properties.c.business_id == self._business_id,
            tables.properties.c.owner == "profile",
        )
        names = {str(row.id): row.name for row in self._connection.execute(query)}
        return [
            HeldProperty(
                id=self._call.encode(Kind.PROPERTY, int(number)),
                profile=self._profile(row.id),
                name=names[number],
                value=value,
            )
            for row in self._rows
            for number, value in (row.data or {}).get("properties", {}).items()
            if number in names
        ]

    def submissions(self) -> list[HeldSubmission]:
        return [
            HeldSubmission(
                id=self._call.encode(Kind.SUBMISSION, row.id),
                form=self._call.encode(Kind.OBJECT, row.form_id),
                session=self._text(row.session_id),
                data=row.data,
                created_at=iso_utc(row.created_at),
            )
            for row in self._theirs(tables.submissions)
        ]

    def sightings(self) -> list[HeldSighting]:
        return [
            HeldSighting(
                id=self._call.encode(Kind.SIGHTING, row.id),
                event=self._call.encode(Kind.EVENT, row.event_id),
                object=self._call.encode(Kind.OBJECT, row.object_id),
                session=self._text(row.session_id),
                amount=None
                if row.amount_minor is None
                else money.format_minor(row.amount_minor, row.currency),
                currency=row.currency,
                occurred_at=iso_utc(row.occurred_at),
                received_at=iso_utc(row.received_at),
                data=row.data or {},
            )
            for row in self._theirs(tables.sightings)
        ]

    def links(self) -> list[HeldLink]:
        return [
            HeldLink(
                id=self._call.encode(Kind.LINK, row.id),
                profile=self._profile(row.profile_id),
                code=row.code,
                destination=row.destination,
                source=row.source,
                medium=row.medium,
                campaign=row.campaign,
                session=self._text(row.session_id),
                clicks=row.clicks,
                created_at=iso_utc(row.created_at),
            )
            for row in self._select(tables.links)
        ]

    def deliveries(self) -> list[HeldDelivery]:
        return [
            HeldDelivery(
                id=self._call.encode(Kind.DELIVERY, row.id),
                profile=self._profile(row.profile_id),
                campaign=row.campaign,
                channel=row.channel,
                source=row.source,
                reference=row.reference,
                delivered_at=iso_utc(row.delivered_at),
                created_at=iso_utc(row.created_at),
            )
            for row in self._select(tables.deliveries)
        ]

    def _select(self, table: Any, column: Any = None) -> list[Any]:
        named = table.c.profile_id if column is None else column
        query = select(table).where(named.in_(self._members)).order_by(table.c.id)
        return list(self._connection.execute(query))

    def _theirs(self, table: Any) -> list[Any]:
        """Return rows that name the person, or nobody but a session of theirs."""
        rows = self._select(table)
        for chunk in _chunks(self._session_ids):
            query = select(table).where(
                table.c.business_id == self._business_id,
                table.c.profile_id.is_(None),
                table.c.session_id.in_(chunk),
            )
            rows += self._connection.execute(query)
        return sorted(rows, key=lambda row: int(row.id))

    def _profile(self, row_id: int) -> str:
        return self._call.encode(Kind.PROFILE, row_id)

    def _text(self, session_id: int | None) -> str | None:
        if session_id is None:
            return None
        query = select(tables.sessions.c.text).where(tables.sessions.c.id == session_id)
        return self._connection.execute(query).scalar()


def _at(at: int | None) -> str | None:
    return None if at is None else iso_utc(at)


def _chunks(values: Sequence[int]) -> Iterator[list[int]]:
    ordered = iter(values)
    while chunk := list(islice(ordered, _CHUNK)):
        yield chunk

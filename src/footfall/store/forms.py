"""Forms on pages: found by id or reference, and what was filled into them.

Source: contract 3.8.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from footfall.domain.objects import Unique
from footfall.domain.property_kinds import Locale, parse_value, unique_text
from footfall.errors import Refused
from footfall.store import claims, uniques
from footfall.store.merges import roots_of
from footfall.store.objects import find_named
from footfall.store.tables import objects, profiles, properties, submissions


class Form(NamedTuple):
    """A form's row; ``data["steps"]`` is what pages draw it from."""

    id: int
    name: str | None
    data: dict[str, Any] | None


def find(connection: Connection, business_id: int, text: str, row_id: int | None) -> Form | None:
    """Return the form an id, else a reference means; the latest of several sources."""
    facts = find_named(connection, business_id, [(text, row_id)], "form").get(text, [])
    if not facts:
        return None
    query = select(objects.c.id, objects.c.name, objects.c.data)
    return Form(*connection.execute(query.where(objects.c.id == max(facts).id)).one())


def make_anonymous(connection: Connection, business_id: int, at: int) -> int:
    """Make a profile of which nothing is known but what it claims."""
    row_id: int = connection.execute(
        insert(profiles)
        .values(business_id=business_id, source="", created_at=at, updated_at=at)
        .returning(profiles.c.id)
    ).scalar_one()
    return row_id


def refuse_taken(
    connection: Connection,
    business_id: int,
    profile_id: int | None,
    filled: Sequence[tuple[int, str, str]],
    locale: Locale,
) -> None:
    """Refuse values of unique properties that another profile has.

    Args:
        filled: row number of the property, the value, and the input's name.

    Raises:
        Refused: with ``ParameterNotUnique`` for each.
    """
    query = select(properties.c.id, properties.c.kind).where(
        properties.c.business_id == business_id,
        properties.c.id.in_([row_id for row_id, _, _ in filled]),
        properties.c.is_unique,
        properties.c.deleted_at.is_(None),
    )
    kinds: dict[int, str] = {row.id: row.kind for row in connection.execute(query)}
    wanted = [
        Unique(f"property.{row_id}", _compared(kinds[row_id], value, locale), name)
        for row_id, value, name in filled
        if row_id in kinds
    ]
    owners = uniques.owners(connection, business_id, [(each.scope, each.value) for each in wanted])
    mine = {profile_id, *roots_of(connection, [profile_id] if profile_id else []).values()}
    faults = [
        uniques.not_unique(each)
        for each in wanted
        if (owner := owners.get((each.scope, each.value))) is not None and owner not in mine
    ]
    if faults:
        raise Refused(faults)


def submit(
    connection: Connection,
    business_id: int,
    form_id: int,
    filled: Sequence[tuple[str, str]],
    *,
    session_id: int | None,
    profile_id: int,
    at: int,
) -> int:
    """Keep what was filled in, as it was and as claims of the profile; return its row number.

    Args:
        filled: input's name and text.
    """
    claims.keep(
        connection,
        business_id,
        profile_id,
        dict(filled),
        origin="form",
        session_id=session_id,
        at=at,
    )
    row_id: int = connection.execute(
        insert(submissions)
        .values(
            business_id=business_id,
            form_id=form_id,
            session_id=session_id,
            profile_id=profile_id,
            data=dict(filled) or None,
            created_at=at,
        )
        .returning(submissions.c.id)
    ).scalar_one()
    return row_id


def _compared(kind: str, value: str, locale: Locale) -> str:
    """Return the form in which a unique value is compared; what is none is compared as it is."""
    try:
        return unique_text(parse_value(kind, value, locale))
    except ValueError:
        return value

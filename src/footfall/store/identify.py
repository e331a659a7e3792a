"""Who a visitor is by the id that another system gave it, and what follows from being told.

The key is the pair of source and id. It finds the profile that has it, also as its reference. A
browser can claim any id, so it never moves a session from one known person to another: that is
noted for somebody to look at. E-mail addresses, phones and names from a browser are claims.

Source: contract 3.6, 5.4.
"""

from sqlalchemy import Connection, or_, select

from footfall.domain.identify import Identification
from footfall.store import claims, identities, merges, profiles, sessions, tables
from footfall.store import identity_log as log
from footfall.store.identity_log import Origin
from footfall.store.sessions import Session

CONFLICT = "identify_conflict"


def is_known_already(
    connection: Connection, business_id: int, told: Identification, session: Session | None
) -> bool:
    """Tell whether an identification says nothing new, so that it need not cost a commit."""
    row_id = profiles.by_reference(connection, business_id, told.source, told.user_id)
    if row_id is None:
        return False
    if session is not None:
        standing = sessions.attachment(connection, session, row_id, CONFLICT)
        if standing not in ("attached", "noted"):
            return False
    return not claims.unknown(connection, [row_id], told.claims)


def identify(
    connection: Connection,
    business_id: int,
    told: Identification,
    session: Session | None,
    *,
    at: int,
    token_id: int | None,
) -> None:
    """Take note of who a visitor is.

    A key that nobody has becomes the session's owner's, unless that one has a key of the same
    source already; then, and without an owner, a profile is made for it. A free session is attached
    to the profile, and an anonymous owner merged into it.
    """
    owner_id = None if session is None else session.owner_id
    if owner_id is not None and _is_suppressed(connection, owner_id):
        # What is said in the session of somebody suppressed is not kept, whoever it names.
        return
    origin = Origin(at, "identify", token_id)
    row_id = profiles.by_reference(connection, business_id, told.source, told.user_id)
    if row_id is None:
        row_id = _owner_without_key(connection, told.source, session)
        if row_id is None:
            row_id = profiles.create(connection, business_id, at)
        identities.add_user(
            connection, business_id, row_id, told.key, told.source, told.user_id, at
        )
        log.record(
            connection,
            business_id,
            "identify",
            origin,
            session_id=None if session is None else session.id,
            profile_id=row_id,
        )
    if session is not None and session.owner_id != merges.root_of(connection, row_id):
        sessions.attach(
            connection,
            business_id,
            session,
            row_id,
            at=at,
            cause="identify",
            token_id=token_id,
            conflict=CONFLICT,
        )
    if not _is_suppressed(connection, row_id):
        claims.keep(
            connection,
            business_id,
            row_id,
            told.claims,
            origin="identify",
            session_id=None if session is None else session.id,
            at=at,
        )


def _owner_without_key(connection: Connection, source: str, session: Session | None) -> int | None:
    """Return the session's owner if the key of a source can become its."""
    if session is None or session.owner_id is None:
        return None
    person = merges.members_of(connection, session.owner_id)
    is_gone = (tables.profiles.c.id == session.owner_id) & tables.profiles.c.deleted_at.is_not(None)
    has_key = tables.profiles.c.reference.is_not(None) & (tables.profiles.c.source == source)
    query = select(tables.profiles.c.id).where(
        tables.profiles.c.id.in_(person), or_(is_gone, has_key)
    )
    has_other = connection.execute(query.limit(1)).first() is not None
    if has_other or identities.has_user_of(connection, person, source):
        return None
    return session.owner_id


def _is_suppressed(connection: Connection, profile_id: int) -> bool:
    query = select(tables.profiles.c.suppressed_at).where(tables.profiles.c.id == profile_id)
    return connection.execute(query).scalar() is not None

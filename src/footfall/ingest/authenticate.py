"""``Authorization`` header → ``Caller``; who cannot be told is refused with 401, always.

Source: contract 1.1 (private tokens), 1.2 (public business ids), 2.3 (statuses).
"""

import re
from typing import Final

from footfall.domain import tokens as text_rules
from footfall.domain.public_ids import Kind
from footfall.domain.times import now_us
from footfall.errors import Forbidden, Refused, Unauthenticated, UnknownResource, refuse
from footfall.store import businesses, tokens
from footfall.store.facts import Caller
from footfall.store.store import Store

_PRIVATE: Final = re.compile(text_rules.PATTERN)

PUBLIC_SCOPES: Final = frozenset({"public"})
"""What a public business id may do: what browsers need, and nothing else."""


async def authenticate(store: Store, header: bytes | None, *, scope: str | None = None) -> Caller:
    """Return who sends a request with a private token.

    Args:
        header: the ``Authorization`` header's value.
        scope: what the request needs to be allowed (``domain.tokens.SCOPES``); with ``None`` that
            is for whoever asks to check.

    Raises:
        Refused: 401 for a credential that is missing, malformed, unknown, revoked or expired, or is
            only a public id; 403 for one without the scope.
    """
    if header is None:
        raise _missing()
    digest = text_rules.digest(header)
    caller = store.facts.callers.get(digest) or await _look_up(store, header, digest)
    return admit(store, caller, scope)


def recall(store: Store, header: bytes | None) -> Caller | None:
    """Return who sends a request if the credential is remembered; raises as ``authenticate``."""
    if header is None:
        raise _missing()
    caller = store.facts.callers.get(text_rules.digest(header))
    return admit(store, caller, None) if caller is not None else None


def admit(store: Store, caller: Caller, scope: str | None) -> Caller:
    """Return the caller if the token is still good for the scope, if any, and note its use."""
    at = now_us()
    assert caller.token_id is not None
    store.used_tokens[caller.token_id] = at
    if caller.expires_at is not None and caller.expires_at <= at:
        raise refuse(
            Unauthenticated(
                "The token has expired; make a new one with “footfall token create”.",
                "Authorization",
            )
        )
    if scope is not None:
        require_scope(caller, scope)
    return caller


def require_scope(caller: Caller, scope: str) -> None:
    """Refuse with 403 a good token that may not do this."""
    if not caller.may(scope):
        raise lacks_scope(scope)


def lacks_scope(scope: str) -> Refused:
    """Return the refusal of a good token that may not do this."""
    return refuse(
        Forbidden(f"The token lacks the scope “{scope}”; create a token with it.", "Authorization")
    )


def public_credential(header: bytes | None, query: bytes) -> bytes | None:
    """Return the credential of a request to an endpoint for browsers.

    ``navigator.sendBeacon`` cannot set a header, so the public id may stand in the query as
    ``business``. A private token may not: addresses are logged by whoever passes them on.
    """
    if header is None and b"business=" in query:
        for part in query.split(b"&"):
            name, _, value = part.partition(b"=")
            if name == b"business" and not value.startswith(text_rules.PREFIX.encode()):
                return b"Bearer " + value
    return header


def recall_public(store: Store, header: bytes | None) -> Caller | None:
    """Return who sends a request to a browsers' endpoint, if remembered."""
    if header is None:
        raise _public_missing()
    caller = store.facts.publics.get(header)
    return caller if caller is not None else recall(store, header)


async def authenticate_public(store: Store, header: bytes | None) -> Caller:
    """Return who sends a request with a public business id, or with a private token of it.

    Raises:
        Refused: 401 as above.
    """
    if header is None:
        raise _public_missing()
    known = store.facts.publics.get(header)
    if known is not None:
        return known
    credential = _bearer(header)
    if credential.startswith(text_rules.PREFIX):
        return await authenticate(store, header, scope="events:write")
    business_id = store.public_ids[Kind.BUSINESS].decode(credential)
    business = None
    generation = store.facts.generation
    if business_id is not None:
        number = business_id
        business = await store.read(lambda connection: businesses.find(connection, number))
    if business is None:
        raise _public_unknown()
    origins = business.origins
    caller = Caller(
        business.id,
        None,
        PUBLIC_SCOPES,
        None,
        business.currency,
        business.country,
        None if origins is None else frozenset(each.encode() for each in origins),
    )
    if store.facts.generation == generation:
        store.facts.publics.put(header, business.id, caller)
    return caller


async def authenticate_itself(store: Store, header: bytes | None, public_id: str) -> Caller:
    """Return who asks for the business that the path names: itself, or a token of it.

    Raises:
        Refused: 401 as above, also for another business's credential; 404, no business has the id.

    Source: contract 1.3.
    """
    if header is None:
        raise _missing()
    credential = _bearer(header)
    caller = None
    if credential.startswith(text_rules.PREFIX):
        caller = await authenticate(store, header, scope=None)
        credential = store.public_ids[Kind.BUSINESS].encode(caller.business_id)
    if credential != public_id:
        raise refuse(
            Unauthenticated(
                "The credential is not of the business in the path; send that business's own id.",
                "Authorization",
            )
        )
    if caller is not None:
        return caller
    try:
        return await authenticate_public(store, header)
    except Refused as refused:
        if not isinstance(refused.faults[0], Unauthenticated):
            raise
        raise refuse(UnknownResource("There is no business with this id.", "id")) from None


def may_come_from(caller: Caller, origin: bytes | None) -> bool:
    """Tell whether the business lets pages of an origin use its public id.

    What is no page sends no ``Origin``, and a private token is no page's.
    """
    return (
        caller.origins is None
        or origin is None
        or caller.token_id is not None
        or origin in caller.origins
    )


def check_origin(caller: Caller, origin: bytes | None) -> None:
    """Refuse with 403 pages that the business does not let use its public id."""
    if may_come_from(caller, origin):
        return
    assert origin is not None
    raise refuse(
        Forbidden(
            f"Pages of {origin[:255].decode('latin-1')} may not use this public id; allow them "
            "with `footfall business update ID --origin ORIGIN`.",
            "Origin",
        )
    )


async def _look_up(store: Store, header: bytes, digest: bytes) -> Caller:
    credential = _bearer(header)
    if not _PRIVATE.fullmatch(credential):
        raise _unknown()
    wanted = text_rules.digest(credential)
    generation = store.facts.generation
    caller = await store.read(lambda connection: tokens.find_caller(connection, wanted))
    if caller is None:
        raise _unknown()
    assert caller.token_id is not None
    if store.facts.generation == generation:
        # The cache's key is the whole header's digest: no token's text stays in memory.
        store.facts.callers.put(digest, caller.token_id, caller)
    return caller


def _bearer(header: bytes) -> str:
    scheme, _, credential = header.decode("latin-1").strip().partition(" ")
    credential = credential.strip()
    if scheme.lower() != "bearer" or not credential:
        raise refuse(
            Unauthenticated("The Authorization header must be “Bearer ALK_…”.", "Authorization")
        )
    return credential


def _missing() -> Refused:
    return refuse(
        Unauthenticated(
            "There is no credential; send the header Authorization: Bearer ALK_… with a token of "
            "the business.",
            "Authorization",
        )
    )


def _public_missing() -> Refused:
    return refuse(
        Unauthenticated(
            "There is no credential; send the header Authorization: Bearer and the public id of "
            "the business, which “footfall business list” shows.",
            "Authorization",
        )
    )


def _public_unknown() -> Refused:
    return refuse(
        Unauthenticated(
            "There is no business with this public id; send the one that “footfall business list” "
            "shows.",
            "Authorization",
        )
    )


def _unknown() -> Refused:
    return refuse(
        Unauthenticated(
            "The credential is unknown, revoked, or not a private token; send one that "
            "“footfall token list” shows.",
            "Authorization",
        )
    )

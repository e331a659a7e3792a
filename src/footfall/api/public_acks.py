"""``POST /v1/public/acks``: a page tells that it is there, and what brought the visitor.

Each ack with a session is an event of the server's own action ``session.started``, stored on the
way of all others. The client sends one without a session first, which says nothing, and may send
the same one twice.

Source: contract 3.5, 5.3, 5.6.
"""

import hashlib
from typing import Any, Final, Literal

import msgspec
from litestar import post
from msgspec import Struct

from footfall.api.ack_bodies import AckBody, read_evidence
from footfall.api.call import Call, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.parameters import SESSION, Given, read_role
from footfall.domain.actions import SESSION_STARTED
from footfall.domain.events import EventDraft, Flag
from footfall.domain.objects import is_absent
from footfall.domain.public_ids import Kind
from footfall.domain.sessions import is_carriable, is_well_formed
from footfall.domain.times import occurred_at, parse_instant
from footfall.errors import Fault, NotFound, refuse
from footfall.ingest.refuse import rejection
from footfall.store import sessions
from footfall.store.append import Submission

_CLOCK_LENGTH: Final = 64


class Acknowledged(Struct):
    """It was taken."""

    status: Literal["received"] = "received"


@post(
    "/public/acks",
    **bound(
        Endpoint(
            "Acknowledge a session",
            answer=Acknowledged,
            body=AckBody,
            description="Kept as an event `session.started` of the session, which begins here if "
            "it is new. Without a session nothing is kept; the answer is the same. The same "
            "session, evidence and `at` again are kept once. An `at` that cannot be read is "
            "kept as it was told, and the time of arrival counts.",
            credential="public",
            errors=(400, 422),
            example={
                "session": "5f0d3b1e-7c7e-4c56-9c57-2e6d0b1f8a31",
                "utm_params": {"source": "google", "medium": "cpc", "campaign": "spring"},
                "click_ids": {"gclid": "Cj0KCQ", "observed_at": "2026-03-01T09:30:00.000Z"},
                "page": {"url": "https://shop.example/bags", "referrer": "https://www.google.com/"},
                "at": "2026-03-01T09:30:00.000Z",
            },
            answer_example={"status": "received"},
            media_types=("application/json", "text/plain"),
        )
    ),
)
async def acknowledge_session(call: Call) -> Acknowledged:
    """Keep that a page was opened."""
    faults: list[Fault] = []
    session = read_role(call.told, SESSION, faults)
    evidence = read_evidence(call.told, faults)
    raise_any(faults)
    if session is not None:
        draft = _draft(call, session, evidence)
        await _find_session(call, draft, session)
        await _append(call, draft)
    return Acknowledged()


def _draft(call: Call, session: Given, evidence: dict[str, dict[str, Any]]) -> EventDraft:
    at = call.told.get("at")
    tracked_at, flags = None, Flag.BOT if call.is_bot else Flag.NONE
    if not is_absent(at):
        try:
            tracked_at, is_ahead = parse_instant(at, received_at=call.received_at)
            flags |= Flag.AHEAD if is_ahead else Flag.NONE
        except ValueError:
            # Pages' clocks are anything; the visit is no less true for it.
            pass
    data: dict[str, Any] = {**evidence}
    if isinstance(at, str) and at:
        data["at"] = at[:_CLOCK_LENGTH]
    said = msgspec.json.encode([session.text, _touch(evidence), at], order="sorted")
    fingerprint = hashlib.blake2b(said, digest_size=16).digest()
    return EventDraft(
        call.business_id,
        call.caller.token_id,
        SESSION_STARTED.id,
        call.received_at,
        occurred_at(tracked_at, call.received_at),
        tracked_at=tracked_at,
        flags=int(flags),
        data=msgspec.json.encode(data).decode() if data else None,
        key=f"ack:{fingerprint.hex()}",
        fingerprint=fingerprint,
        is_special=True,
    )


def _touch(evidence: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what of the evidence makes an ack another one than the last.

    A campaign is read from the address again and again, each time at another moment, and on
    whatever page that happens to be.
    """
    utm, clicks, page = (evidence.get(name, {}) for name in ("utm_params", "click_ids", "page"))
    when = "observed_at"
    touch = [{name: each[name] for name in each if name != when} for each in (utm, clicks)]
    return [*touch, {"referrer": page.get("referrer")}]


async def _find_session(call: Call, draft: EventDraft, given: Given) -> None:
    text = given.text
    fact = call.store.facts.sessions.get((call.business_id, text))
    if fact is None and is_well_formed(text):
        # Found or made in the commit itself.
        draft.new_session = text
        return
    if fact is None and is_carriable(text):
        names = [(text, call.decode(Kind.SESSION, text))]
        found = await call.store.read(
            lambda connection: sessions.find_named(connection, call.business_id, names)
        )
        fact = found.get(text)
    if fact is None:
        raise refuse(
            NotFound(
                "There is no such session in this business, and one cannot begin under this id: a "
                "new session's id is a UUID or 32 letters and digits.",
                given.parameter,
            )
        )
    draft.session_id = fact.id


async def _append(call: Call, draft: EventDraft) -> None:
    caller = call.caller

    def refusal(_: int, fault: Fault) -> dict[str, Any]:
        body = msgspec.json.encode(call.told)
        return rejection(
            call.request, caller.business_id, caller.token_id, fault.status, [fault], body
        )

    # What the commit itself refuses is on record with it, and the page reads no answer.
    await call.store.append(
        Submission(caller.business_id, caller.token_id, call.received_at, [draft], refusal)
    )


HANDLERS: Final[tuple[Any, ...]] = (acknowledge_session,)

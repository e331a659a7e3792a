"""A business with what drafts need, and the smallest valid draft and submission."""

from typing import Any

from sqlalchemy import Connection, insert

from footfall.domain.actions import BUILT_IN
from footfall.domain.events import EventDraft
from footfall.domain.times import SECOND
from footfall.errors import Fault
from footfall.store import businesses, tokens
from footfall.store.append import BatchKey, Submission
from footfall.store.tables import objects, profiles, sessions

T = 1_700_000_000 * SECOND
FINGERPRINT = b"a" * 16
PAGE_VIEWED = BUILT_IN["page.viewed"].id
ORDER_PLACED = BUILT_IN["order.placed"].id


class Shop:
    """A new business with a token and three profiles, as row numbers; made on a connection."""

    def __init__(self, connection: Connection) -> None:
        business = businesses.create(
            connection, "Shop", currency="USD", timezone="UTC", country="US"
        )
        self.id = business.id
        token, self.token_text = tokens.create(connection, self.id, "Shop's token")
        self.token_id = token.id
        common = {"business_id": self.id, "created_at": T, "updated_at": T}
        self.profiles = [
            connection.execute(
                insert(profiles).values(common).returning(profiles.c.id)
            ).scalar_one()
            for _ in range(3)
        ]

    def draft(self, **changes: Any) -> EventDraft:
        """A draft of the first profile; special exactly if something is left to be decided."""
        values: dict[str, Any] = {"profile_id": self.profiles[0]} | changes
        draft = EventDraft(self.id, self.token_id, PAGE_VIEWED, T, T, **values)
        draft.is_special = bool(
            draft.key is not None
            or draft.new_session is not None
            or draft.new_object is not None
            or draft.attaches
            or draft.is_lifecycle
        )
        return draft

    def keyed(self, key: str, fingerprint: bytes = FINGERPRINT, **changes: Any) -> EventDraft:
        """A draft that came with a key."""
        return self.draft(key=key, fingerprint=fingerprint, **changes)

    def submission(self, *drafts: EventDraft, **options: Any) -> Submission:
        """What a request with these drafts submits."""
        for item, draft in enumerate(drafts):
            draft.item = item
        options.setdefault("received", len(drafts) + options.get("rejected", 0))
        return Submission(self.id, self.token_id, T, list(drafts), self.refusal, **options)

    def batch(self, key: str, body: bytes, *drafts: EventDraft) -> Submission:
        """A batch under a key, whose answer lists what became of its drafts."""

        def render() -> bytes:
            return ",".join(f"{each.result} {each.event_id}" for each in drafts).encode()

        return self.submission(*drafts, batch=BatchKey(key, body, render))

    def refusal(self, item: int = 0, fault: Fault | None = None) -> dict[str, Any]:
        """A row of a refused request or item."""
        return {
            "business_id": self.id,
            "token_id": self.token_id,
            "received_at": T,
            "request_id": "req_1",
            "method": "POST",
            "path": "/v1/attribution/events",
            "status": 422,
            "item": item,
            "errors": [{"type": fault.type if fault is not None else "invalid"}],
            "body": None,
        }

    def add_session(self, connection: Connection, text: str, profile_id: int | None = None) -> int:
        """Make a session and return its row number."""
        row = {"business_id": self.id, "text": text, "profile_id": profile_id, "created_at": T}
        made = connection.execute(insert(sessions).values(row).returning(sessions.c.id))
        return int(made.scalar_one())

    def add_object(self, connection: Connection, **columns: Any) -> int:
        """Make an object and return its row number."""
        row = {"business_id": self.id, "kind": "product", "created_at": T, "updated_at": T}
        made = connection.execute(insert(objects).values(row | columns).returning(objects.c.id))
        return int(made.scalar_one())

"""After a commit: the sessions and objects it found or made are names the caches may know."""

from collections.abc import Sequence

from footfall.domain.events import EventDraft
from footfall.store.facts import Facts


def remember(facts: Facts, drafts: Sequence[EventDraft], generation: int) -> None:
    """Put what the commit learnt into the caches.

    Args:
        generation: of the facts before the commit; when something was forgotten since, what the
            commit learnt may be about it, and nothing is put.
    """
    if facts.generation != generation:
        return
    for draft in drafts:
        if draft.result != "created":
            continue
        if draft.new_session is not None and draft.session_fact is not None:
            key = (draft.business_id, draft.new_session)
            facts.sessions.put(key, draft.session_fact.id, draft.session_fact)
        elif draft.attaches and draft.session_id is not None:
            # Known under several names, perhaps: the next look-up reads it anew.
            facts.sessions.forget(draft.session_id)
        # What is in a cart changes with every event.
        if draft.object_fact is not None and draft.new_object is not None:
            identity = draft.new_object.identity()
            if identity is not None and draft.object_fact.kind != "cart":
                object_key = (draft.business_id, *identity)
                facts.objects.put(object_key, draft.object_fact.id, draft.object_fact)

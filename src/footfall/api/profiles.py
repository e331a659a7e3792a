"""``/v1/profiles``: customers, made or matched, read, changed and deleted.

Source: contract 3.10.
"""

from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from msgspec import UNSET
from msgspec.structs import replace
from sqlalchemy import Connection

from footfall.api import paging, property_values
from footfall.api.answers import Listing
from footfall.api.call import Call, Encoder, absent, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.parameters import SESSION, Given, read_flag, read_role
from footfall.api.profile_bodies import (
    ANSWER,
    EXAMPLE,
    Contact,
    DeletedProfile,
    NewProfileBody,
    Profile,
    ProfileBody,
)
from footfall.api.sessions import find_or_begin
from footfall.domain.profiles import ProfileDraft, read_profile
from footfall.domain.properties import OF_PROFILES
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.errors import Fault
from footfall.store import erase, lists, people, profiles, sessions
from footfall.store.identities import Identity
from footfall.store.identity_log import Origin

_WRITES: Final[dict[str, Any]] = {
    "scope": "profiles",
    "media_types": ("application/json", FORM_TYPE),
}
_READS: Final[dict[str, Any]] = {"scope": "read", "also": ("profiles",)}


@post(
    "/profiles",
    **bound(
        Endpoint(
            "Create a profile",
            answer=Profile,
            body=NewProfileBody,
            description="A profile with the same source and reference, else e-mail, else phone is "
            "updated instead of a second one being made; the answer is the same. Told fields "
            "replace old ones, new contacts and lists are added; a list is made when none has that "
            "name. Phones that cannot be read are kept as told. Values that belong to different "
            "profiles are refused.",
            status=201,
            example=EXAMPLE,
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def create_profile(call: Call) -> Profile:
    """Make the profile, or update the one it already is; attach its session."""
    faults: list[Fault] = []
    draft = read_profile(call.told, call.caller.country, faults)
    session = read_role(call.told, SESSION, faults)
    await property_values.check(call, OF_PROFILES, faults)
    raise_any(faults)

    def keep(connection: Connection) -> people.Profile:
        profile = profiles.keep(
            connection,
            call.business_id,
            _with_list_names(connection, call, draft),
            call.received_at,
            property_values.read(connection, call, OF_PROFILES),
        )
        if session is not None:
            _attach(connection, call, session, profile.id)
        return profile

    return render(call, await call.store.write(keep))


@get(
    "/profiles",
    **bound(Endpoint("List profiles", answer=Listing[Profile], query=paging.QUERY, **_READS)),
)
async def list_profiles(call: Call) -> Listing[Profile]:
    """Answer a page of profiles."""
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.PROFILE].decode, faults)
    found, has_more = await call.store.read(
        lambda connection: people.page(connection, call.business_id, bounds, faults)
    )
    return Listing([render(call, profile) for profile in found], has_more)


@get(
    "/profiles/{profile:str}",
    **bound(
        Endpoint(
            "Retrieve a profile", answer=Profile, errors=(404,), answer_example=ANSWER, **_READS
        )
    ),
)
async def get_profile(call: Call, profile: FromPath[str]) -> Profile:
    """Answer one profile."""
    row_id = call.row(Kind.PROFILE, profile)
    found = await call.store.read(
        lambda connection: people.find(connection, call.business_id, row_id)
    )
    if found is None:
        raise absent(Kind.PROFILE)
    return render(call, found)


@patch(
    "/profiles/{profile:str}",
    **bound(
        Endpoint(
            "Update a profile",
            answer=Profile,
            body=ProfileBody,
            description="Told fields replace old ones, a contact the one that had its label; what "
            "is absent, null or empty stays as it is. Told lists are all that it is on from then "
            "on; an empty value in `property_by_id` takes the old one away.",
            errors=(400, 404, 422),
            example={"first_name": "Ana María", "email[work]": "ana@work.example.com"},
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def change_profile(call: Call, profile: FromPath[str]) -> Profile:
    """Set what is told of a profile."""
    row_id = call.row(Kind.PROFILE, profile)
    faults: list[Fault] = []
    draft = read_profile(call.told, call.caller.country, faults)
    await property_values.check(call, OF_PROFILES, faults, clears=True)
    raise_any(faults)

    def change(connection: Connection) -> people.Profile | None:
        return profiles.change(
            connection,
            call.business_id,
            row_id,
            _with_list_names(connection, call, draft),
            call.received_at,
            property_values.read(connection, call, OF_PROFILES, clears=True),
        )

    found = await call.store.write(change)
    if found is None:
        raise absent(Kind.PROFILE)
    return render(call, found)


@delete(
    "/profiles/{profile:str}",
    **bound(
        Endpoint(
            "Delete a profile",
            answer=DeletedProfile,
            description="Name, contacts and other values go, and its contacts are free for other "
            "profiles. Its events and sessions stay as they are. With `erase` the person goes for "
            "good, also one that was deleted before: claims, lists, submissions, all that its "
            "events told beside action, time, amount and object, and the ids of its sessions. "
            "Totals stay what they were.",
            scope="profiles",
            query={"erase": ({"type": "boolean"}, "Whether to erase the person.")},
            errors=(404, 422),
            answer_example={"id": "MzYwlE50", "deleted": True},
        )
    ),
)
async def delete_profile(call: Call, profile: FromPath[str]) -> DeletedProfile:
    """Delete a profile, or erase the person."""
    row_id = call.row(Kind.PROFILE, profile)
    faults: list[Fault] = []
    erases = read_flag(call.query, "erase", faults)
    raise_any(faults)

    def remove(connection: Connection) -> int | None:
        if not erases:
            return profiles.delete(connection, call.business_id, row_id, call.received_at)
        origin = Origin(call.received_at, "api", call.caller.token_id)
        return erase.erase(
            connection, call.store.index, call.business_id, row_id, call.encode, origin
        )

    root = await call.store.write(remove)
    if root is None:
        raise absent(Kind.PROFILE)
    return DeletedProfile(call.encode(Kind.PROFILE, root), erased=True if erases else UNSET)


def render(call: Encoder, profile: people.Profile) -> Profile:
    """Return a profile as answers show it."""
    data = profile.data or {}
    emails = [each for each in profile.contacts if each.kind == "email"]
    phones = [each for each in profile.contacts if each.kind == "phone"]
    return Profile(
        id=call.encode(Kind.PROFILE, profile.id),
        first_name=profile.first_name,
        last_name=profile.last_name,
        email=_main(emails, profile.id),
        phone=_main(phones, profile.id),
        emails=[_contact(each) for each in emails],
        phones=[_contact(each) for each in phones],
        reference=profile.reference,
        source=profile.source or None,
        lists=profile.lists,
        properties=property_values.render(call, profile.values),
        address=data.get("address"),
        company=data.get("company"),
        gender=data.get("gender"),
        birthday=data.get("birthday"),
        metadata=data.get("metadata", {}),
        merged=[call.encode(Kind.PROFILE, each) for each in profile.members if each != profile.id],
        suppressed_at=None
        if profile.suppressed_at is None
        else unix_seconds(profile.suppressed_at),
        suppressed_events=profile.suppressed_count,
        created_at=unix_seconds(profile.created_at),
        updated_at=unix_seconds(profile.updated_at),
    )


def _contact(identity: Identity) -> Contact:
    return Contact(identity.label, identity.value or identity.raw, identity.value is not None)


def _main(contacts: list[Identity], profile_id: int) -> str | None:
    """Return the contact to use: a valid one, the profile's own ahead of those merged into it.

    Of several, one without a label or the primary one; then the latest.
    """

    def rank(each: Identity) -> tuple[bool, bool, bool, int]:
        is_own = each.profile_id == profile_id
        return each.value is not None, is_own, each.label in ("", "primary"), each.id

    best = max(contacts, key=rank, default=None)
    return None if best is None else best.value or best.raw


def _with_list_names(connection: Connection, call: Call, draft: ProfileDraft) -> ProfileDraft:
    """Return a draft whose lists are all told by name."""
    if not draft.lists:
        return draft
    told = [(text, call.decode(Kind.LIST, text)) for text in draft.lists]
    return replace(draft, lists=lists.names(connection, call.business_id, told))


def _attach(connection: Connection, call: Call, given: Given, profile_id: int) -> None:
    session = find_or_begin(connection, call, given)
    if session.owner_id != profile_id:
        sessions.attach(
            connection,
            call.business_id,
            session,
            profile_id,
            at=call.received_at,
            cause="profile",
            token_id=call.caller.token_id,
        )


HANDLERS: Final = (create_profile, list_profiles, get_profile, change_profile, delete_profile)

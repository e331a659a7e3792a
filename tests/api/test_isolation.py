"""Another business's id answers exactly like one that nobody has, on every endpoint with an id.

Taken from the route table, so that a new endpoint is tested without being added here.
"""

import httpx
import pytest

from footfall.api.application import RESOURCES
from footfall.domain.objects import ObjectDraft
from footfall.domain.public_ids import Kind, PublicIds
from footfall.domain.times import now_us
from footfall.store import objects
from footfall.store.engine import Engines
from tests.api.shop import Shop, got, unique

WITH_ID = [
    (method, "/v1" + path)
    for resource in RESOURCES
    for handler in resource.HANDLERS
    for method in sorted(handler.http_methods)
    for path in sorted(handler.paths)
    if "{" in path
]
ABSENT = {
    "profile": ["vxqQJ3Yg"],
    "product": ["vxqQJ3Yg", "no-such-reference", "no-such-sku"],
    "session": ["vxqQJ3Yg"],
    "action": ["vxqQJ3Yg"],
    "event": ["vxqQJ3Yg", "no-such-key"],
    "form": ["vxqQJ3Yg", "no-such-reference"],
    "business": ["vxqQJ3Yg"],
}
"""Per noun of a path an id that nobody has, and any other name it goes by."""


@pytest.fixture(scope="module")
def foreign_form(stranger: Shop, beside: Engines, public_ids: PublicIds) -> list[str]:
    """The id and the reference of a form that another business has."""
    reference = unique("form-")
    business_row = public_ids[Kind.BUSINESS].decode(stranger.business_id)
    assert business_row is not None
    draft = ObjectDraft("form", reference=reference)
    with beside.write.begin() as connection:
        made = objects.create_many(connection, [((), business_row, now_us(), draft)])
    return [public_ids[Kind.OBJECT].encode(made[()].id), reference]


@pytest.fixture(scope="module")
def foreign(stranger: Shop, foreign_form: list[str]) -> dict[str, list[str]]:
    """The names, in the order of ``ABSENT``, of things that another business has."""
    product = stranger.product(sku=unique("SKU-"))
    session = got(stranger.client.get(f"/v1/sessions/{stranger.session()}"))
    event = stranger.event(session=session["session"])
    return {
        "profile": [stranger.profile()["id"]],
        "product": [product["id"], product["reference"], product["sku"]],
        "session": [session["id"]],
        "action": [stranger.action()["id"]],
        "event": [event["id"], event["event_id"]],
        "form": foreign_form,
        "business": [stranger.business_id],
    }


def said(answer: httpx.Response, name: str) -> tuple[int, str]:
    """What an answer tells, but for what differs between any two requests."""
    text = answer.text.replace(answer.headers["request-id"], "").replace(name, "")
    return answer.status_code, text


def noun_of(path: str) -> str:
    return path[path.index("{") + 1 : path.index(":")]


def named(path: str, name: str) -> str:
    return path[: path.index("{")] + name + path[path.index("}") + 1 :]


@pytest.mark.parametrize(("method", "path"), WITH_ID)
def test_an_id_of_another_business_is_as_good_as_none(
    shop: Shop, foreign: dict[str, list[str]], method: str, path: str
) -> None:
    noun = noun_of(path)
    body = {"name": unique("x.y"), "profile": shop.profile()["id"]}
    told = None if method in ("GET", "DELETE") else body
    for theirs, absent in zip(foreign[noun], ABSENT[noun], strict=True):
        answers = []
        for name in (theirs, absent):
            address = named(path, name)
            answers.append(said(shop.client.request(method, address, json=told), name))
        assert answers[0] == answers[1]
        # Who names a business has to be that business (contract 1.3).
        assert answers[0][0] == (401 if noun == "business" else 404)


def test_things_of_another_business_were_not_touched(
    shop: Shop, stranger: Shop, foreign: dict[str, list[str]]
) -> None:
    for method, path in WITH_ID:
        noun = noun_of(path)
        if not path.endswith("}"):
            continue
        address = named(path, foreign[noun][0])
        before = got(stranger.client.get(address))
        told = None if method in ("GET", "DELETE") else {"name": unique("x.y")}
        shop.client.request(method, address, json=told)
        assert got(stranger.client.get(address)) == before


@pytest.mark.parametrize(
    ("noun", "list_path"),
    [
        ("profile", "/v1/profiles"),
        ("product", "/v1/attribution/products"),
        ("action", "/v1/attribution/actions"),
        ("event", "/v1/attribution/events"),
    ],
)
@pytest.mark.parametrize("parameter", ["starting_after", "ending_before"])
def test_no_list_begins_at_an_item_of_another_business(
    shop: Shop, foreign: dict[str, list[str]], noun: str, list_path: str, parameter: str
) -> None:
    answers = [
        said(shop.client.get(list_path, params={parameter: name}), name)
        for name in (foreign[noun][0], ABSENT[noun][0])
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


@pytest.mark.parametrize(
    ("parameter", "noun"), [("profile", "profile"), ("session", "session"), ("object", "product")]
)
def test_no_list_of_events_is_filtered_by_things_of_another_business(
    shop: Shop, foreign: dict[str, list[str]], parameter: str, noun: str
) -> None:
    for theirs, absent in zip(foreign[noun], ABSENT[noun], strict=True):
        answers = [
            said(shop.client.get("/v1/attribution/events", params={parameter: name}), name)
            for name in (theirs, absent)
        ]
        assert answers[0] == answers[1]
        assert answers[0][0] == 422


def test_lists_hold_nothing_of_another_business(
    shop: Shop, stranger: Shop, foreign: dict[str, list[str]]
) -> None:
    stranger.client.get("/v1/nowhere")
    paths = ["/v1/profiles", "/v1/attribution/products", "/v1/actions", "/v1/attribution/events"]
    for path in [*paths, "/v1/rejections", "/v1/ledger"]:
        ours, theirs = (
            {each["id"] for each in got(one.client.get(path, params={"limit": 100}))["data"]}
            for one in (shop, stranger)
        )
        built_in = ours & theirs
        assert theirs - built_in
        assert len(built_in) == (23 if path == "/v1/actions" else 0)


def test_a_session_is_not_attached_to_a_profile_of_another_business(
    shop: Shop, foreign: dict[str, list[str]]
) -> None:
    session = shop.session()
    for name in (foreign["profile"][0], ABSENT["profile"][0]):
        answer = shop.client.patch(f"/v1/sessions/{session}", json={"profile": name})
        assert answer.status_code == 422
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] is None


def test_the_same_contact_and_session_may_be_in_two_businesses(shop: Shop, stranger: Shop) -> None:
    address, session = f"{unique('ana')}@example.com", shop.session()
    ours = shop.profile(email=address, session=session)
    theirs = stranger.profile(email=address, session=session)
    assert ours["id"] != theirs["id"]
    for one, profile in ((shop, ours), (stranger, theirs)):
        assert got(one.client.get(f"/v1/sessions/{session}"))["profile"] == profile["id"]

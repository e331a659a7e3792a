"""Another business's id answers exactly like one that nobody has, on every endpoint with an id.

Taken from the route table, so that a new endpoint is tested without being added here.
"""

import httpx
import pytest

from footfall.api.application import RESOURCES
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
    "change": ["vxqQJ3Yg"],
    "conflict": ["vxqQJ3Yg"],
}
"""Per noun of a path an id that nobody has, and any other name it goes by."""


@pytest.fixture(scope="module")
def foreign(stranger: Shop) -> dict[str, list[str]]:
    """The names, in the order of ``ABSENT``, of things that another business has."""
    product = stranger.product(sku=unique("SKU-"))
    session = got(stranger.client.get(f"/v1/sessions/{stranger.session()}"))
    event = stranger.event(session=session["session"])
    owner = stranger.profile(first_name="A", session=session["session"])
    other = stranger.profile(first_name="B", session=session["session"])
    log = got(stranger.client.get("/v1/identity-log"))["data"]
    conflict, change = (each["id"] for each in log)
    assert other["id"] != owner["id"]
    return {
        "change": [change],
        "conflict": [conflict],
        "profile": [stranger.profile()["id"]],
        "product": [product["id"], product["reference"], product["sku"]],
        "session": [session["id"]],
        "action": [stranger.action()["id"]],
        "event": [event["id"], event["event_id"]],
    }


def said(answer: httpx.Response, name: str) -> tuple[int, str]:
    """What an answer tells, but for what differs between any two requests."""
    text = answer.text.replace(answer.headers["request-id"], "").replace(name, "")
    return answer.status_code, text


def noun_of(path: str) -> str:
    return path[path.index("{") + 1 : path.index(":")]


def address_of(path: str, name: str, *, is_whole: bool = True) -> str:
    """The path with a name in it: all of it, or only as far as the thing itself."""
    before, _, rest = path.partition("{")
    return before + name + (rest.partition("}")[2] if is_whole else "")


@pytest.mark.parametrize(("method", "path"), WITH_ID)
def test_an_id_of_another_business_is_as_good_as_none(
    shop: Shop, foreign: dict[str, list[str]], method: str, path: str
) -> None:
    noun = noun_of(path)
    body = {"name": unique("x.y"), "profile": shop.profile()["id"], "decision": "keep"}
    told = None if method in ("GET", "DELETE") else body
    for theirs, absent in zip(foreign[noun], ABSENT[noun], strict=True):
        answers = []
        for name in (theirs, absent):
            address = address_of(path, name)
            answers.append(said(shop.client.request(method, address, json=told), name))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404


def test_things_of_another_business_were_not_touched(
    shop: Shop, stranger: Shop, foreign: dict[str, list[str]]
) -> None:
    for method, path in WITH_ID:
        noun = noun_of(path)
        thing = address_of(path, foreign[noun][0], is_whole=False)
        before = got(stranger.client.get(thing))
        told = None
        if method not in ("GET", "DELETE"):
            told = {"name": unique("x.y"), "profile": shop.profile()["id"], "decision": "keep"}
        shop.client.request(method, address_of(path, foreign[noun][0]), json=told)
        assert got(stranger.client.get(thing)) == before


@pytest.mark.parametrize(
    ("noun", "list_path"),
    [
        ("profile", "/v1/profiles"),
        ("product", "/v1/attribution/products"),
        ("action", "/v1/attribution/actions"),
        ("event", "/v1/attribution/events"),
        ("change", "/v1/identity-log"),
        ("conflict", "/v1/conflicts"),
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
    ("list_path", "parameter", "noun"),
    [
        ("/v1/attribution/events", "profile", "profile"),
        ("/v1/attribution/events", "session", "session"),
        ("/v1/attribution/events", "object", "product"),
        ("/v1/identity-log", "profile", "profile"),
        ("/v1/identity-log", "session", "session"),
    ],
)
def test_no_list_is_filtered_by_things_of_another_business(
    shop: Shop, foreign: dict[str, list[str]], list_path: str, parameter: str, noun: str
) -> None:
    for theirs, absent in zip(foreign[noun], ABSENT[noun], strict=True):
        answers = [
            said(shop.client.get(list_path, params={parameter: name}), name)
            for name in (theirs, absent)
        ]
        assert answers[0] == answers[1]
        assert answers[0][0] == 422


def test_lists_hold_nothing_of_another_business(
    shop: Shop, stranger: Shop, foreign: dict[str, list[str]]
) -> None:
    stranger.client.get("/v1/nowhere")
    paths = ["/v1/profiles", "/v1/attribution/products", "/v1/actions", "/v1/attribution/events"]
    people = ["/v1/identity-log", "/v1/conflicts"]
    quarrel(shop)
    for path in [*paths, *people, "/v1/rejections", "/v1/ledger"]:
        ours, theirs = (
            {each["id"] for each in got(one.client.get(path, params={"limit": 100}))["data"]}
            for one in (shop, stranger)
        )
        built_in = ours & theirs
        assert theirs - built_in
        assert len(built_in) == (22 if path == "/v1/actions" else 0)


def quarrel(shop: Shop) -> None:
    """Have a session claimed for two known people."""
    session = shop.session()
    for name in "ab":
        shop.profile(first_name=name, session=session)


def test_no_profile_is_merged_with_one_of_another_business(
    shop: Shop, foreign: dict[str, list[str]]
) -> None:
    path = f"/v1/profiles/{shop.profile()['id']}/merge"
    answers = [
        said(shop.client.post(path, json={"profile": name}), name)
        for name in (foreign["profile"][0], ABSENT["profile"][0])
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


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

"""What a name means is read from the database and remembered only as long as it is true."""

from typing import Any

import httpx
import pytest

from footfall.domain.public_ids import Kind
from tests.builders import event, purchase
from tests.scene import BATCH, EVENTS, Scene, unique


def errors(answer: httpx.Response) -> list[tuple[str, str | None]]:
    assert answer.status_code in (404, 422), answer.text
    return [(error["type"], error["parameter"]) for error in answer.json()["errors"]]


def tracked(scene: Scene, told: dict[str, Any]) -> dict[str, Any]:
    """Track an event under a key of its own and read it back."""
    key = unique("k")
    answer = scene.track(told | {"event_id": key})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = scene.client.get(f"{EVENTS}/{key}").json()
    return found


@pytest.mark.parametrize("path", [EVENTS, BATCH])
def test_the_first_event_of_a_business_finds_its_object(scene: Scene, path: str) -> None:
    """Neither the action nor, by it, the kind of the object was ever looked up."""
    client = scene.client_of(scene.new_business())
    profile = client.post("/v1/profiles", json={"first_name": "Bo"}).json()["id"]
    body = {"name": "Cup", "reference": "cup"}
    product = client.post("/v1/attribution/products", json=body).json()["id"]
    told = {"action": "product.purchased", "object": "cup", "profile": profile, "event_id": "one"}
    assert client.post(path, json=[told] if path == BATCH else told).is_success
    assert client.get(f"{EVENTS}/one").json()["object"]["id"] == product


def test_a_session_may_be_named_by_its_public_id(scene: Scene) -> None:
    session = scene.new_session()
    public = scene.client.get(f"/v1/sessions/{session}").json()["id"]
    assert public != session
    tracked(scene, {"action": "subscribed", "session": public})
    query = "select text from sessions join events on sessions.id = session_id order by events.id"
    assert scene.read(query)[-1].text == session


def test_the_id_wins_over_the_reference_of_another(scene: Scene) -> None:
    product = scene.new_product()
    scene.new_product(reference=product)
    assert tracked(scene, purchase(scene.profile, product))["object"]["id"] == product


def test_the_reference_wins_over_the_sku_of_another(scene: Scene) -> None:
    text = unique("r")
    scene.new_product(sku=text)
    named = scene.new_product(reference=text)
    assert tracked(scene, purchase(scene.profile, text))["object"]["id"] == named


def test_a_reference_that_two_systems_use_is_ambiguous(scene: Scene) -> None:
    reference = unique("r")
    for source in ("woo", "vtex"):
        scene.new_product(reference=reference, source=source)
    answer = scene.track(purchase(scene.profile, reference))
    assert errors(answer) == [("ambiguous_parameter", "product")]


def test_a_changed_price_is_the_next_amount(scene: Scene) -> None:
    product = scene.new_product(price="5")
    assert tracked(scene, purchase(scene.profile, product))["amount"] == "5.00"
    path = f"/v1/attribution/products/{product}"
    assert scene.client.patch(path, json={"price": "6"}).status_code == 200
    assert tracked(scene, purchase(scene.profile, product))["amount"] == "6.00"


def test_what_was_deleted_is_not_found_although_it_was_known(scene: Scene) -> None:
    profile, product = scene.new_profile(), scene.new_product()
    assert scene.track(purchase(profile, product)).status_code == 201
    for path in (f"/v1/profiles/{profile}", f"/v1/attribution/products/{product}"):
        assert scene.client.delete(path).status_code == 200
    answer = scene.track(purchase(profile, product))
    assert errors(answer) == [("not_found", "profile"), ("not_found", "product")]


def test_an_action_is_known_as_soon_as_it_is_made(scene: Scene) -> None:
    name = unique("appointment.booked")
    assert errors(scene.track(event(scene.profile, action=name))) == [("not_found", "action")]
    body = {"name": name}
    assert scene.client.post("/v1/attribution/actions", json=body).status_code == 201
    assert tracked(scene, event(scene.profile, action=name))["action"] == name


def test_a_profile_is_known_as_soon_as_it_is_made(scene: Scene) -> None:
    """Absence is not remembered: the id of the next profile was asked for before it existed."""
    first = scene.new_profile()
    ((last,),) = scene.read("select max(id) from profiles")
    upcoming = scene.ids[Kind.PROFILE].encode(last + 1)
    assert errors(scene.track(event(upcoming))) == [("not_found", "profile")]
    assert scene.new_profile() == upcoming != first
    assert scene.track(event(upcoming)).status_code == 201


def test_a_session_attached_elsewhere_is_theirs_although_it_was_known_to_be_free(
    scene: Scene,
) -> None:
    session = scene.new_session()
    assert scene.track({"action": "subscribed", "session": session}).status_code == 201
    attach = {"profile": scene.other_profile}
    assert scene.client.patch(f"/v1/sessions/{session}", json=attach).status_code == 200
    answer = scene.track(event(scene.profile, session_id=session))
    assert errors(answer) == [("invalid", "session_id")]


def test_a_session_attached_by_an_event_stays_attached(scene: Scene) -> None:
    session = scene.new_session()
    assert scene.track(event(scene.profile, session=session)).status_code == 201
    there = scene.client.get(f"/v1/sessions/{session}").json()
    assert there["profile"] == scene.profile
    answer = scene.track(event(scene.other_profile, session=session))
    assert errors(answer) == [("invalid", "session")]
    assert scene.client.get(f"/v1/sessions/{session}").json() == there


def test_a_step_of_an_order_is_kept_as_it_came_first(scene: Scene) -> None:
    told = {
        "action": "order.placed",
        "profile": scene.profile,
        "order_parameters": {"reference": unique("o"), "total": "42"},
        "tracked_at": 1665684173,
    }
    first = tracked(scene, told)
    again = told | {"amount": "1", "profile": scene.other_profile, "tracked_at": 1765684173}
    assert scene.track(again).status_code == 201
    same = scene.client.get(f"{EVENTS}/{first['id']}").json()
    assert same == first
    assert (first["amount"], first["profile"]) == ("42.00", scene.profile)

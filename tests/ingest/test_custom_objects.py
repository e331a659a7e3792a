"""A business's own objects in events: each telling makes one, unless a unique value forbids it."""

from typing import Any

import pytest

from tests.scene import BATCH, EVENTS, Scene, unique


def booked(scene: Scene, reference: str, **told: Any) -> dict[str, Any]:
    return {
        "action": scene.part("CUSTOM_ACTION"),
        "profile": scene.profile,
        "object_type": scene.structure["name"],
        "object_parameters": {"reference": reference},
    } | told


def test_the_same_unique_value_is_refused_the_second_time(scene: Scene) -> None:
    reference = unique("booking-")
    told = booked(scene, reference)
    assert scene.track(told).status_code == 201
    for _ in range(2):
        answer = scene.track(told)
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["type"], error["parameter"]) == ("parameter_not_unique", "reference")


def test_one_batch_makes_what_is_unique_once(scene: Scene) -> None:
    reference = unique("booking-")
    events = [booked(scene, reference) for _ in range(2)]
    answer = scene.client.post(BATCH, json={"events": events}).json()
    assert [each["result"] for each in answer["results"]] == ["created", "rejected"]


def test_a_refused_booking_leaves_its_value_free(scene: Scene) -> None:
    reference = unique("booking-")
    refused = scene.track(booked(scene, reference, amount=-1))
    assert refused.status_code == 422
    assert scene.track(booked(scene, reference)).status_code == 201


def test_a_structure_that_is_deleted_is_no_type_any_more(scene: Scene) -> None:
    name = unique("visit_")
    made = scene.client.post("/v1/objects", json={"name": name, "properties": []}).json()
    told = booked(scene, unique("booking-"), object_type=name)
    assert scene.track(told).status_code == 201
    assert scene.client.delete(f"/v1/objects/{made['id']}").status_code == 200
    answer = scene.track(told)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "object_type"


def test_a_products_unique_property_is_one_products(scene: Scene) -> None:
    name = unique("barcode")
    answer = scene.client.patch(
        "/v1/objects/product",
        json={"properties": [{"kind": "text", "name": name, "unique": True}]},
    )
    assert answer.status_code == 200, answer.text
    (barcode,) = (each["id"] for each in answer.json()["properties"] if each["name"] == name)
    value = unique("code-")

    def viewed(reference: str) -> int:
        parameters = {"name": "Cup", "reference": reference, "property_by_id": {barcode: value}}
        told = {"action": "product.viewed", "profile": scene.profile}
        return scene.track(told | {"object_parameters": parameters}).status_code

    first = unique("cup-")
    # Telling of the same product again finds it.
    assert [viewed(first), viewed(first), viewed(unique("cup-"))] == [201, 201, 422]


def made(scene: Scene, told: dict[str, Any]) -> str:
    """Track an event that describes an object; return the reference of what it was done to."""
    key = unique("own-object-")
    assert scene.track(told | {"event_id": key}).status_code == 201
    ((reference,),) = scene.read(
        "select reference from objects where id = (select object_id from events where id = "
        f"(select event_id from idempotency where key = '{key}'))"
    )
    return str(reference)


def spelled(scene: Scene, **told: Any) -> dict[str, Any]:
    """An event of a custom action; ``own`` in a key stands for the name of the structure."""
    name = scene.structure["name"]
    owner = {"action": scene.part("CUSTOM_ACTION"), "profile": scene.profile}
    return owner | {key.replace("own", name): value for key, value in told.items()}


def test_an_object_is_described_under_its_own_name_as_under_a_built_in_one(scene: Scene) -> None:
    name = scene.structure["name"]
    for said in (name, scene.structure["id"]):
        described = unique("booking-")
        told = spelled(scene, own_parameters={"reference": described}, object_type=said)
        assert made(scene, told) == described
    described = unique("booking-")
    assert made(scene, spelled(scene, own_parameters={"reference": described})) == described
    described = unique("booking-")
    assert made(scene, spelled(scene, own={"reference": described})) == described


def test_an_object_is_named_under_its_own_name(scene: Scene) -> None:
    reference = unique("booking-")
    assert scene.track(booked(scene, reference)).status_code == 201
    name = scene.structure["name"]
    for told in (
        {"own": reference},
        {"own_id": reference},
        {"own": reference, "own_id": reference},
    ):
        assert made(scene, spelled(scene, **told)) == reference
        assert made(scene, spelled(scene, **told, object_type=name)) == reference


def test_an_action_that_needs_no_object_may_name_one_of_the_businesss_own(scene: Scene) -> None:
    reference = unique("booking-")
    seen = {"action": "page.viewed", "url": "https://shop.example"}
    assert made(scene, spelled(scene, own_parameters={"reference": reference}) | seen) == reference
    assert made(scene, spelled(scene, own_id=reference) | seen) == reference


def test_what_became_the_object_is_not_kept_beside_the_event(scene: Scene) -> None:
    reference, key = unique("booking-"), unique("own-object-")
    told = spelled(scene, own_parameters={"reference": reference}, colour="red", event_id=key)
    assert scene.track(told).status_code == 201
    event = scene.client.get(f"{EVENTS}/{key}").json()
    assert event["data"] == {"colour": "red"}


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"own_id": "A", "own": "B"}, ("ambiguous_parameter", "own")),
        ({"own_id": "A", "object": "B"}, ("ambiguous_parameter", "own_id")),
        ({"own_id": "A", "product_id": "A"}, ("ambiguous_parameter", "own_id")),
        ({"own_id": "A", "own_parameters": {}}, ("ambiguous_parameter", "own_parameters")),
        ({"own_parameters": [], "object_type": "own"}, ("invalid", "own_parameters")),
        ({"own_parameters": [1]}, ("invalid", "own_parameters")),
        ({"own_id": [1]}, ("invalid", "own_id")),
        ({"own_id": "nowhere"}, ("not_found", "own_id")),
        ({"own_parameters": {}}, ("parameter_missing", "reference")),
        ({"action": "cart.viewed", "object_type": "own", "own_id": "A"}, ("invalid", "own_id")),
        ({"object_type": "appointmant", "own_colour": "red"}, ("invalid", "object_type")),
    ],
)
def test_an_object_that_cannot_be_told_is_refused_and_never_lost(
    scene: Scene, told: dict[str, Any], error: tuple[str, str]
) -> None:
    name = scene.structure["name"]
    if told.get("object_type") == "own":
        told = told | {"object_type": name}
    answer = scene.track(spelled(scene, **told))
    assert answer.status_code == 422, answer.text
    kind, parameter = error
    first = answer.json()["errors"][0]
    assert (first["type"], first["parameter"]) == (kind, parameter.replace("own", name))


def test_keys_of_two_structures_are_ambiguous(scene: Scene) -> None:
    name = unique("visit_")
    assert scene.client.post("/v1/objects", json={"name": name}).status_code == 201
    answer = scene.track(spelled(scene, own_id="A") | {f"{name}_parameters": {}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["type"] == "ambiguous_parameter"


def test_a_key_named_after_no_structure_stays_free(scene: Scene) -> None:
    told = {"doctor_id": "17", "doctor_parameters": {"name": "Eva"}, "own_parameters": None}
    key = unique("own-object-")
    assert scene.track(spelled(scene, **told, event_id=key)).status_code == 201
    data = scene.client.get(f"{EVENTS}/{key}").json()["data"]
    assert data == {"doctor_id": "17", "doctor_parameters": {"name": "Eva"}}


def test_an_action_of_a_product_keeps_keys_of_the_businesss_own_objects_as_told(
    scene: Scene,
) -> None:
    key = unique("own-object-")
    told = {"action": "product.viewed", "product": scene.product, "own_id": "A", "event_id": key}
    assert scene.track(spelled(scene, **told)).status_code == 201
    data = scene.client.get(f"{EVENTS}/{key}").json()["data"]
    assert data == {f"{scene.structure['name']}_id": "A"}

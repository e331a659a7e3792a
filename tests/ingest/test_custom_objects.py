"""A business's own objects in events: each telling makes one, unless a unique value forbids it."""

from typing import Any

from tests.scene import BATCH, Scene, unique


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

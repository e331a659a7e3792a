"""Forms that visitors fill in, at both of their paths."""

import pytest

from tests.api.shop import Shop, got, made, refused, unique

PATHS = ["/v1/forms", "/v1/attribution/forms", "/forms", "/attribution/forms"]
STEPS = [{"header": {"content": "<b>Hi</b>"}, "inputs": [], "button": {"text": "Send"}}]


@pytest.mark.parametrize("path", PATHS)
def test_a_form_is_answered_as_told_and_read_back(shop: Shop, path: str) -> None:
    told = {
        "name": "Newsletter",
        "reference": unique("f-"),
        "source": "shop",
        "steps": STEPS,
        "metadata": {"a": 1},
    }
    form = made(shop.client.post(path, json=told))
    assert form["type"] == "form"
    assert {name: form[name] for name in told} == told
    for name in (form["id"], form["reference"]):
        assert got(shop.client.get(f"{path}/{name}")) == form
    assert got(shop.client.get(path, params={"limit": 1}))["data"] == [form]


@pytest.mark.parametrize("path", PATHS)
def test_a_name_a_title_or_a_reference_is_needed(shop: Shop, path: str) -> None:
    assert refused(shop.client.post(path, json={}), 422) == [("object_invalid", "name")]
    answer = shop.client.post(path, json={"title": "x" * 1025, "steps": {}, "metadata": 5})
    assert set(refused(answer, 422)) >= {
        ("invalid", "title"),
        ("invalid", "steps"),
        ("invalid", "metadata"),
    }
    answer = shop.client.post(path, json={"name": "Contest", "steps": ["first"]})
    assert refused(answer, 422) == [("invalid", "steps")]
    form = made(shop.client.post(path, json={"title": "Contest"}))
    assert (form["name"], form["steps"]) == ("Contest", [])
    assert made(shop.client.post(path, json={"reference": unique("f-")}))["name"] is None


@pytest.mark.parametrize("path", PATHS)
def test_a_form_is_changed_and_deleted(shop: Shop, path: str) -> None:
    form, other = shop.form(steps=STEPS), shop.form(reference=unique("f-"))
    address = f"{path}/{form['id']}"
    changed = got(shop.client.patch(address, json={"name": "Renamed"}))
    assert (changed["name"], changed["steps"]) == ("Renamed", STEPS)
    answer = shop.client.patch(address, json={"reference": other["reference"]})
    assert refused(answer, 422) == [("parameter_not_unique", "reference")]
    assert got(shop.client.patch(address, json={"steps": []}))["steps"] == []
    assert got(shop.client.delete(address)) == {"id": form["id"], "deleted": True}
    for method in ("GET", "PATCH", "DELETE"):
        answer = shop.client.request(method, address, content=b"{}")
        assert refused(answer, 404) == [("not_found", "id")]


@pytest.mark.parametrize("path", PATHS)
def test_a_form_body_is_as_good_as_json(shop: Shop, path: str) -> None:
    told = {"name": "Newsletter", "steps[0][button][text]": "Send"}
    form = made(shop.client.post(path, data=told))
    assert form["steps"] == [{"button": {"text": "Send"}}]
    changed = got(shop.client.patch(f"{path}/{form['id']}", data={"name": "x"}))
    assert changed["name"] == "x"

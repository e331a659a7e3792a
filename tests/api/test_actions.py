"""Actions: the built-in ones, and a business's own."""

from collections.abc import Callable
from typing import Any

import pytest

from footfall.domain.actions import BUILT_IN, OWN
from tests.api.shop import Shop, got, refused, unique

PATHS = ["/v1/attribution/actions", "/v1/actions"]


@pytest.mark.parametrize("path", PATHS)
def test_an_action_is_answered_as_told_and_can_be_tracked_at_once(shop: Shop, path: str) -> None:
    name = unique("appointment.booked")
    body = {"name": name, "title": "Booked", "goal": True, "passive": False}
    answer = shop.client.post(path, json=body)
    assert answer.status_code == 201
    action = answer.json()
    assert action["type"] == "action"
    assert {key: action[key] for key in body} == body
    assert action["built_in"] is False
    assert got(shop.client.get(f"{path}/{action['id']}")) == action
    assert shop.event(action=name, session=shop.session())["action"] == name


def test_an_action_is_no_goal_and_passive_unless_told(shop: Shop) -> None:
    action = shop.action()
    assert (action["goal"], action["passive"], action["title"]) == (False, True, None)


def test_the_list_shows_own_actions_before_the_built_in_ones(
    new_shop: Callable[..., Shop],
) -> None:
    shop = new_shop()
    own = [shop.action()["id"] for _ in range(3)]
    listed = got(shop.client.get("/v1/actions", params={"limit": 100}))["data"]
    assert [each["id"] for each in listed if not each["built_in"]] == own[::-1]
    assert not listed[0]["built_in"]
    assert {each["name"] for each in listed if each["built_in"]} == BUILT_IN.keys() | OWN.keys()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("order.placed", "parameter_not_unique"),
        ("page.visited", "parameter_not_unique"),
        ("short_link.clicked", "parameter_not_unique"),
        ("Booked", "invalid"),
        ("booked", "invalid"),
        ("a." + "b" * 200, "invalid"),
        (7, "invalid"),
        ("", "parameter_invalid_empty"),
        (None, "parameter_invalid_empty"),
    ],
)
def test_a_name_that_cannot_be_is_refused(shop: Shop, name: Any, kind: str) -> None:
    answer = shop.client.post(PATHS[0], json={"name": name})
    assert refused(answer, 422) == [(kind, "name")]


def test_a_missing_name_and_bad_flags_are_named_at_once(shop: Shop) -> None:
    answer = shop.client.post(PATHS[0], json={"goal": "often", "passive": [], "title": {}})
    assert sorted(refused(answer, 422)) == [
        ("invalid", "goal"),
        ("invalid", "passive"),
        ("invalid", "title"),
        ("parameter_missing", "name"),
    ]


def test_a_name_is_unique_in_its_business_only(shop: Shop, stranger: Shop) -> None:
    action = shop.action()
    answer = shop.client.post(PATHS[0], json={"name": action["name"]})
    assert refused(answer, 422) == [("parameter_not_unique", "name")]
    assert stranger.action(name=action["name"])["id"] != action["id"]
    other = shop.action()
    answer = shop.client.patch(f"{PATHS[0]}/{other['id']}", json={"name": action["name"]})
    assert refused(answer, 422) == [("parameter_not_unique", "name")]


def test_an_update_leaves_what_it_does_not_tell(shop: Shop) -> None:
    action = shop.action(title="Booked", goal=True)
    changed = got(shop.client.patch(f"{PATHS[1]}/{action['id']}", json={"passive": False}))
    assert changed == action | {"passive": False}
    assert got(shop.client.patch(f"{PATHS[1]}/{action['id']}", json={})) == changed


def test_a_renamed_action_is_tracked_by_its_new_name_only(shop: Shop) -> None:
    action, session = shop.action(), shop.session()
    event = shop.event(action=action["name"], session=session)
    name = unique("renamed.thing")
    got(shop.client.patch(f"{PATHS[0]}/{action['id']}", json={"name": name}))
    body = {"action": action["name"], "session": session}
    answer = shop.client.post("/v1/attribution/events", json=body)
    assert refused(answer, 404) == [("not_found", "action")]
    assert got(shop.client.get(f"/v1/attribution/events/{event['id']}"))["action"] == name


def test_built_in_actions_can_be_read_and_not_changed(shop: Shop) -> None:
    listed = got(shop.client.get(PATHS[0], params={"limit": 100}))["data"]
    built_in = next(each for each in listed if each["name"] == "order.placed")
    path = f"{PATHS[0]}/{built_in['id']}"
    assert got(shop.client.get(path)) == built_in
    assert refused(shop.client.patch(path, json={"goal": False}), 422) == [("not_allowed", "id")]
    assert refused(shop.client.delete(path), 422) == [("not_allowed", "id")]


def test_an_unused_action_can_be_deleted_and_its_name_is_free(shop: Shop) -> None:
    action = shop.action()
    path = f"{PATHS[0]}/{action['id']}"
    assert got(shop.client.delete(path)) == {"id": action["id"], "deleted": True}
    assert refused(shop.client.get(path), 404) == [("not_found", "id")]
    assert refused(shop.client.delete(path), 404) == [("not_found", "id")]
    body = {"action": action["name"], "session": shop.session()}
    assert shop.client.post("/v1/attribution/events", json=body).status_code == 404
    assert shop.action(name=action["name"])["id"] != action["id"]


def test_an_action_with_events_stays(shop: Shop) -> None:
    action = shop.action()
    shop.track(action=action["name"], session=shop.session())
    answer = shop.client.delete(f"{PATHS[0]}/{action['id']}")
    assert refused(answer, 422) == [("not_allowed", "id")]
    assert got(shop.client.get(f"{PATHS[0]}/{action['id']}")) == action


def test_a_form_may_say_true_as_a_text(shop: Shop) -> None:
    answer = shop.client.post(PATHS[0], data={"name": unique("form.sent"), "goal": "true"})
    assert answer.status_code == 201
    assert answer.json()["goal"] is True

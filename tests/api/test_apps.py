"""Apps: known by their name, or by a reference."""

from tests.api.shop import Shop, got, made, refused, unique

PATH = "/v1/attribution/apps"


def test_an_app_is_answered_as_told_and_read_back(shop: Shop) -> None:
    app = shop.app(reference=unique("a-"), source="store", metadata={"platform": "iOS"})
    assert (app["type"], app["source"], app["metadata"]) == ("app", "store", {"platform": "iOS"})
    for name in (app["id"], app["reference"]):
        assert got(shop.client.get(f"{PATH}/{name}")) == app
    assert got(shop.client.get(PATH, params={"limit": 1}))["data"] == [app]


def test_only_the_name_is_required(shop: Shop) -> None:
    assert refused(shop.client.post(PATH, json={}), 422) == [("parameter_missing", "name")]
    for empty in (None, ""):
        answer = shop.client.post(PATH, json={"name": empty, "metadata": 5})
        assert refused(answer, 422) == [
            ("parameter_invalid_empty", "name"),
            ("invalid", "metadata"),
        ]
    app = made(shop.client.post(PATH, json={"name": unique("App ")}))
    assert (app["reference"], app["source"], app["metadata"]) == (None, None, {})


def test_a_name_is_unique_among_apps_without_a_reference(shop: Shop) -> None:
    app = shop.app()
    taken = [("parameter_not_unique", "name")]
    assert refused(shop.client.post(PATH, json={"name": app["name"]}), 422) == taken
    other = shop.app()
    path = f"{PATH}/{other['id']}"
    assert refused(shop.client.patch(path, json={"name": app["name"]}), 422) == taken
    assert got(shop.client.patch(path, json={"name": other["name"]}))["name"] == other["name"]
    referred = shop.app(name=app["name"], reference=unique("a-"))
    answer = shop.client.post(PATH, json={"name": "x", "reference": referred["reference"]})
    assert refused(answer, 422) == [("parameter_not_unique", "reference")]
    got(shop.client.delete(f"{PATH}/{app['id']}"))
    assert shop.app(name=app["name"])["id"] != app["id"]


def test_an_app_is_changed_and_deleted(shop: Shop) -> None:
    app = shop.app()
    path = f"{PATH}/{app['id']}"
    changed = got(shop.client.patch(path, json={"metadata": {"a": 1}, "reference": unique("a-")}))
    assert (changed["name"], changed["metadata"]) == (app["name"], {"a": 1})
    answer = shop.client.patch(path, json={"name": ""})
    assert refused(answer, 422) == [("parameter_invalid_empty", "name")]
    assert got(shop.client.delete(f"{PATH}/{changed['reference']}"))["deleted"] is True
    for method in ("GET", "PATCH", "DELETE"):
        answer = shop.client.request(method, path, content=b"{}")
        assert refused(answer, 404) == [("not_found", "id")]


def test_a_form_is_as_good_as_json(shop: Shop) -> None:
    app = made(shop.client.post(PATH, data={"name": unique("App "), "metadata[a]": "b"}))
    assert app["metadata"] == {"a": "b"}
    name = unique("App ")
    assert got(shop.client.patch(f"{PATH}/{app['id']}", data={"name": name}))["name"] == name

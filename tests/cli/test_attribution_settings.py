"""``footfall attribution settings``: shown as a file, set from one, and reset."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from footfall.attribution import definition_file
from tests.api.shop import Shop, got
from tests.cli.run import footfall, footfall_json
from tests.server import Server, serving

SETTINGS = ("attribution", "settings")


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one order, of whom an ad and then a newsletter had reached."""
    data = tmp_path_factory.mktemp("data")
    with serving(f"sqlite:///{data / 'footfall.db'}", data) as started:
        shop = Shop(started.business_id, started.client)
        session = shop.session()
        for source, medium in (("google", "cpc"), ("hellotext", "email")):
            utm = {"source": source, "medium": medium}
            shop.track(action="page.viewed", session=session, url="https://x/", utm_params=utm)
        order = {"reference": "A-1", "total": "99.90", "currency": "USD"}
        shop.track(action="order.placed", session=session, order_parameters=order)
        yield started


def test_what_a_file_tells_holds_until_it_is_reset(sold: Server, tmp_path: Path) -> None:
    url = ("--data", sold.data)
    file = tmp_path / "c.toml"
    file.write_text('edition = "C"\n')
    before = footfall_json(*SETTINGS, "reset", *url)
    moment = datetime.now(UTC).isoformat()
    told = footfall(*SETTINGS, "set", file, *url).stdout
    after = footfall_json(*SETTINGS, "show", *url)
    assert before["set"] == []
    assert (before["edition"], after["edition"], after["set"]) == ("B", "C", ["edition"])
    assert after["version"] in told
    assert after == got(sold.client.get("/v1/attribution/settings"))
    report = footfall_json("attribution", "report", "--model", "precedence", *url)
    assert report["version"] == after["version"]
    assert report["rows"][0]["value"] == "Email"

    (sale,) = footfall_json("attribution", "diff", "--as-of-a", moment, *url)["moved"]
    assert (sale["before"], sale["after"]) == ({"Paid Search": "99.90"}, {"Email": "99.90"})
    assert sale["causes"] == ["setting"]
    nothing = tmp_path / "built-in.toml"
    nothing.touch()
    what_if = footfall_json("attribution", "report", "--definition", nothing, *url)
    assert what_if["version"] == before["version"]
    assert footfall_json(*SETTINGS, "show", "--as-of", moment, *url)["set"] == []

    assert footfall_json(*SETTINGS, "reset", *url)["set"] == []
    assert footfall_json(*SETTINGS, "show", *url)["version"] == before["version"]
    assert after["version"] in footfall(*SETTINGS, "show", "--changes", *url).stdout


def test_what_is_shown_is_a_file_to_set(sold: Server, tmp_path: Path) -> None:
    url = ("--data", sold.data)
    wide, shown = tmp_path / "wide.toml", tmp_path / "shown.toml"
    wide.write_text('active_lookback = "30d"\ngoals = ["order.placed"]\nlast_share = 0.5\n')
    footfall(*SETTINGS, "set", wide, *url)
    shown.write_text(footfall(*SETTINGS, "show", *url).stdout)
    assert definition_file.load(shown) == definition_file.load(wide)
    # With the keys that were not set no longer commented out it says all there is.
    lines = shown.read_text().splitlines()
    whole = "\n".join(line.removeprefix("# ") for line in lines if " = " in line)
    told = definition_file.read(whole)
    assert set(told) == set(definition_file.KEYS)
    assert definition_file.effective(told) == definition_file.effective(definition_file.load(wide))


def test_channel_rules_are_set_alone_and_shown(sold: Server, tmp_path: Path) -> None:
    url = ("--data", sold.data)
    rules = tmp_path / "channels.toml"
    rules.write_text(footfall(*SETTINGS, "show", "--channels", *url).stdout + "# Ours.\n")
    before = footfall_json(*SETTINGS, "show", *url)
    after = footfall_json(*SETTINGS, "set", "--channels", rules, *url)
    assert (after["set"], after["channels"]) == (before["set"], rules.read_text())
    assert footfall(*SETTINGS, "show", "--channels", *url).stdout == rules.read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('goals = ["order.plced"]', "order.placed"),
        ('journey = "split"', "journeys"),
        ("=", "cannot"),
    ],
    ids=["goals", "key", "toml"],
)
def test_what_cannot_hold_is_refused_with_the_remedy(
    sold: Server, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "definition.toml"
    file.write_text(text)
    assert said in footfall(*SETTINGS, "set", file, "--data", sold.data, status=1).stderr
    footfall(*SETTINGS, "set", "--data", sold.data, status=2)

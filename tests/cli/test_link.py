from pathlib import Path

import pytest

from tests.cli.run import footfall, footfall_json
from tests.server import serving


def test_a_link_is_made_listed_and_deactivated(database_url: str) -> None:
    at = ("--database", database_url)
    business = footfall_json("business", "create", "A", *at)["id"]
    told = ("https://shop.example/sale", "--campaign", "spring", "--medium", "sms")
    address = {"FOOTFALL_LINK_URL": "https://go.shop.example"}
    made = footfall_json("link", "create", *told, "--business", business, *at, **address)
    assert made["url"] == f"https://go.shop.example/{made['code']}"
    assert (made["campaign"], made["medium"], made["source"]) == ("spring", "sms", "hellotext")
    listed = footfall_json("link", "list", "--business", business, *at, **address)
    assert listed == [made]
    off = footfall_json("link", "deactivate", made["url"], "--business", business, *at, **address)
    assert off == made | {"deactivated_at": off["deactivated_at"]}
    assert off["deactivated_at"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("create", "javascript:alert(1)"), 2, "no web address"),
        (("create", "https://b.example"), 1, "do not lead to b.example"),
        (("create", "https://a.example", "--profile", "nobody"), 1, "no profile"),
        (("create", "https://a.example", "--campaign", ""), 2, "empty"),
        (("deactivate", "nobody"), 1, "footfall link list"),
    ],
)
def test_a_link_that_cannot_be_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], status: int, message: str
) -> None:
    at = ("--data", tmp_path)
    business = footfall_json("business", "create", "A", *at)["id"]
    footfall("business", "update", business, "--link-host", "a.example", *at)
    result = footfall("link", *arguments, "--business", business, *at, status=status)
    assert message in result.stderr


def test_addresses_are_those_of_the_server_that_runs(tmp_path: Path) -> None:
    with serving(f"sqlite:///{tmp_path / 'footfall.db'}", tmp_path) as server:
        at = ("--data", tmp_path)
        business = server.business_id
        made = footfall_json("link", "create", "https://a.example", "--business", business, *at)
        assert made["url"] == f"{server.url}/l/{made['code']}"
        line = footfall("business", "snippet", business, *at).stdout
        assert f'src="{server.url}/hellotext.js?v=' in line
        public = "https://track.shop.example"
        line = footfall("business", "snippet", business, *at, FOOTFALL_PUBLIC_URL=public).stdout
        assert f'src="{public}/hellotext.js?v=' in line

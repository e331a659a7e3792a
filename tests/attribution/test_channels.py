"""Sources and media → channels, by the examples that Google Analytics' groups are known by."""

from pathlib import Path

import pytest

from footfall.attribution.channels import AD_CLICKS, UNASSIGNED, Origin, load, origin_of
from footfall.errors import ConfigurationError

CHANNELS = load()

EXAMPLES = {
    "Direct": [("(direct)", "(none)", ""), ("direct", "", ""), ("(direct)", "(not set)", "x")],
    "Cross-network": [("google", "cpc", "Summer Cross-network"), ("x", "y", "cross-network")],
    "Paid Shopping": [
        ("amazon", "cpc", ""),
        ("ebay.co.uk", "ppc", ""),
        ("google", "cpc", "shopping_de"),
        ("partner", "paid", "eshop"),
        ("google", "cpc", "my-shop"),
    ],
    "Paid Search": [
        ("google", "cpc", "brand"),
        ("Bing", "CPC", ""),
        ("www.google.de", "ppc", ""),
        ("duckduckgo.com", "paidsearch", ""),
        ("yahoo", "retargeting", ""),
        # Google's pattern takes “shop” after no letter but an e.
        ("google", "cpc", "workshop"),
    ],
    "Paid Social": [
        ("facebook", "cpc", ""),
        ("m.facebook.com", "paid_social", ""),
        ("instagram", "ppc", ""),
        ("tiktok", "cpc", ""),
        ("linkedin", "cpm", ""),
    ],
    "Paid Video": [("youtube", "cpc", ""), ("vimeo.com", "paid", "")],
    "Display": [
        ("partner", "display", ""),
        ("partner", "banner", ""),
        ("partner", "expandable", ""),
        ("partner", "interstitial", ""),
    ],
    "Paid Other": [("partner", "cpc", ""), ("newsletter", "paid", ""), ("x", "ppc", "")],
    "Organic Shopping": [("amazon.de", "referral", ""), ("blog", "referral", "shop")],
    "Organic Social": [
        ("facebook", "social", ""),
        ("l.facebook.com", "referral", ""),
        ("t.co", "referral", ""),
        ("club", "social-network", ""),
        ("club", "sm", ""),
        ("club", "social media", ""),
    ],
    "Organic Video": [("youtube.com", "referral", ""), ("site", "video", "")],
    "Organic Search": [
        ("google", "organic", ""),
        ("www.bing.com", "referral", ""),
        ("niche", "organic", ""),
    ],
    "Email": [("email", "x", ""), ("list", "e-mail", ""), ("hellotext", "email", "spring")],
    "Affiliates": [("partner", "affiliate", "")],
    "Referral": [("blog.example", "referral", ""), ("x", "app", ""), ("x", "link", "")],
    "Audio": [("podcast", "audio", "")],
    "SMS": [("sms", "", ""), ("hellotext", "sms", "")],
    "Messaging": [("hellotext", "whatsapp", ""), ("hellotext", "telegram", "")],
    "Mobile Push": [("firebase", "x", ""), ("app1", "webpush", ""), ("app1", "notification", "")],
    UNASSIGNED: [("hellotext", "", ""), ("x", "y", "z"), ("flyer", "print", "")],
}


@pytest.mark.parametrize(
    ("channel", "told"), [(name, told) for name, each in EXAMPLES.items() for told in each]
)
def test_an_example_is_in_its_channel(channel: str, told: tuple[str, str, str]) -> None:
    assert CHANNELS.name_of(Origin(*told)) == channel


def test_every_channel_has_an_example() -> None:
    assert {rule.name for rule in CHANNELS.rules} == EXAMPLES.keys() - {UNASSIGNED}


@pytest.mark.parametrize(
    ("click", "channel"),
    [
        ("gclid", "Paid Search"),
        ("gbraid", "Paid Search"),
        ("wbraid", "Paid Search"),
        ("msclkid", "Paid Search"),
        ("yclid", "Paid Search"),
        ("dclid", "Display"),
        ("ttclid", "Paid Social"),
        ("twclid", "Paid Social"),
        ("li_fat_id", "Paid Social"),
        ("epik", "Paid Social"),
        ("sccid", "Paid Social"),
        ("rdt_cid", "Paid Social"),
        ("ysclid", "Organic Search"),
        ("fbclid", "Organic Social"),
        ("igshid", "Organic Social"),
    ],
)
def test_an_ad_click_without_a_campaign_has_a_channel(click: str, channel: str) -> None:
    assert CHANNELS.name_of(origin_of("ad_click", None, None, None, click)) == channel


def test_every_known_ad_click_is_tested() -> None:
    assert len(AD_CLICKS) == 15


def test_an_ad_click_nobody_knows_is_unassigned() -> None:
    assert CHANNELS.name_of(origin_of("ad_click", None, None, None, "zclid")) == UNASSIGNED


def test_a_referrer_is_a_referral() -> None:
    origin = origin_of("referrer", "blog.example", None, None, None)
    assert origin == Origin("blog.example", "referral", "")
    assert CHANNELS.name_of(origin) == "Referral"


def test_a_campaign_keeps_its_own_words_beside_an_ad_click() -> None:
    assert origin_of("campaign", "mail", "email", "may", "gclid") == Origin("mail", "email", "may")


def test_rules_of_ones_own_replace_those_that_come_along(tmp_path: Path) -> None:
    path = tmp_path / "channels.toml"
    path.write_text(
        '[sources]\nshops = ["corner"]\n'
        '[[channel]]\nname = "Shops"\nsource_in = "shops"\n'
        '[[channel]]\nname = "Rest"\nmedium_like = ".*"\n'
    )
    own = load(path)
    assert own.name_of(Origin("corner.example", "x", "")) == "Shops"
    assert own.name_of(Origin("google", "cpc", "")) == "Rest"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[sources",
        '[sources]\n[[channel]]\nname = "A"\nsource_in = "missing"\n',
        '[sources]\n[[channel]]\nname = "A"\nmedium_like = "("\n',
        '[sources]\n[[channel]]\nname = "A"\ncolour = "red"\n',
        '[sources]\n[[channel]]\nname = "A"\nany = [{ source_in = "missing" }]\n',
        '[sources]\n[[channel]]\nsource_is = ["a"]\n',
    ],
)
def test_rules_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "channels.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        load(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be used"):
        load(tmp_path / "channels.toml")

"""What an event's data tells of the way its visitor came."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.actions import LINK_CLICKED
from footfall.domain.times import SECOND
from footfall.domain.traffic import CLICK_IDS, NOTHING, Traffic, traffic_of
from footfall.domain.traffic import LINK_CLICKED as CLICKED

T = 1_700_000_000 * SECOND
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def told(data: dict[str, Any], action: str = "page.viewed") -> Traffic:
    return traffic_of(action, data, T)


def test_nothing_told_is_nothing() -> None:
    assert told({}) == NOTHING


def test_a_campaign_that_was_sent_is_taken_whole() -> None:
    """What the page's address says beside it belongs to another visit."""
    url = "https://a.example/?utm_source=other&utm_term=shoes"
    found = told({"utm_params": {"source": "news", "medium": "email"}, "url": url})
    assert (found.utm_source, found.utm_medium, found.utm_term) == ("news", "email", None)


def test_without_one_the_address_of_the_page_is_asked() -> None:
    url = (
        "https://a.example/?x=1&UTM_Source=news%20letter&utm_medium=e+mail&utm_medium=b#utm_term=c"
    )
    found = told({"utm_params": {}, "page": {"url": url}})
    assert (found.utm_source, found.utm_medium, found.utm_term) == ("news letter", "e mail", None)
    assert found.page_url == url


def test_when_a_campaign_was_observed_is_read() -> None:
    utm = {"source": "news", "observed_at": "2023-11-14T22:13:20.000Z"}
    assert told({"utm_params": utm}).utm_observed_at == T
    assert told({"utm_params": utm | {"observed_at": "tomorrow"}}).utm_observed_at is None


def test_click_ids_that_were_sent_come_before_those_in_the_address() -> None:
    data = {
        "click_ids": {"gclid": "g", "observed_at": "2023-11-14T22:13:20Z"},
        "url": "https://a.example/?fbclid=f",
    }
    found = told(data)
    assert (found.click_id_kind, found.click_id, found.utm_observed_at) == ("gclid", "g", T)


@pytest.mark.parametrize("kind", CLICK_IDS)
def test_each_click_id_is_found_in_an_address(kind: str) -> None:
    found = told({"url": f"https://a.example/?a=b&{kind}=Some%2DValue"})
    assert (found.click_id_kind, found.click_id) == (kind, "Some-Value")


def test_an_address_that_only_contains_the_name_has_no_click_id() -> None:
    assert told({"url": "https://a.example/?notgclid=1&x=gclid=2"}).click_id is None


def test_a_referrer_is_the_pages_or_the_events() -> None:
    assert told({"page": {"referrer": "https://b.example/"}}).referrer == "https://b.example/"
    assert told({"referrer": "https://c.example/"}).referrer == "https://c.example/"


def test_a_click_on_a_link_carries_the_campaign_of_the_link() -> None:
    data = {"link": "abcdefgh", "source": "hellotext", "medium": "sms", "campaign": "spring"}
    found = told(data, CLICKED)
    assert (found.link_id, found.utm_source, found.utm_medium) == ("abcdefgh", "hellotext", "sms")
    assert told(data) == NOTHING


def test_the_servers_own_click_is_the_one_meant() -> None:
    assert LINK_CLICKED.name == CLICKED


@given(
    st.dictionaries(
        st.sampled_from(["page", "url", "referrer", "utm_params", "click_ids", "link", "source"]),
        JSON | st.dictionaries(st.sampled_from(["url", "source", "gclid", "observed_at"]), JSON),
    ),
    st.sampled_from(["page.viewed", CLICKED]),
)
def test_whatever_was_told_is_read(data: dict[str, Any], action: str) -> None:
    found = traffic_of(action, data, T)
    texts = [value for name, value in found._asdict().items() if name != "utm_observed_at"]
    assert all(value is None or (isinstance(value, str) and value) for value in texts)

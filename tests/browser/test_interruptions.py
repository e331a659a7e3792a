"""Networks, tabs and servers go away in the middle: nothing is lost, nothing is there twice."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.browser.chromium import needs_chromium
from tests.browser.visitor import Visitor
from tests.durability.conditions import until
from tests.server import Server

pytestmark = needs_chromium

FIRST = ("session.started", "page.viewed")


@pytest.fixture(autouse=True)
def alive(server: Server) -> Iterator[None]:
    """Leave the server running to the tests that share it, whatever a test did."""
    yield
    try:
        server.client.get("/healthz")
    except httpx.TransportError:
        server.start()


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """The server takes what is sent, as its system does for it, and answers nothing meanwhile."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def test_what_happened_offline_arrives_in_order_with_its_own_time(visitor: Visitor) -> None:
    visitor.open()
    visitor.arrives(*FIRST)
    visitor.context.set_offline(True)
    claimed = []
    for number in range(4):
        visitor.page.evaluate(
            "(number) => Hellotext.track('page.viewed', { metadata: { number } })", number
        )
        claimed.append(visitor.page.evaluate("Date.now()"))
    visitor.waits(f"Date.now() > {claimed[-1]} + 200")
    back_ms = visitor.page.evaluate("Date.now()")
    visitor.context.set_offline(False)
    stored = visitor.arrives(*FIRST, *["page.viewed"] * 4)[2:]
    assert [each.data["metadata"]["number"] for each in stored] == [0, 1, 2, 3]
    times = [each.tracked_at or 0 for each in stored]
    assert times == sorted(times)
    assert all(time // 1000 <= claim for time, claim in zip(times, claimed, strict=True))
    assert times[-1] // 1000 < back_ms - 150 < stored[0].received_at // 1000


def test_a_tab_closed_while_it_sends_is_heard_once(visitor: Visitor) -> None:
    visitor.open()
    visitor.arrives(*FIRST)
    with frozen(visitor.server):
        with visitor.page.expect_request("**/v1/track/events"):
            visitor.page.evaluate(
                "void Hellotext.track('page.viewed', { metadata: { last: true } })"
            )
        visitor.page.close()
    # The next page sends what the closed one never saw an answer to: it is known already.
    page = visitor.open("/cart", visitor.tab())
    visitor.is_answered(page)
    stored = visitor.arrives(*FIRST, "page.viewed", "page.viewed")
    assert sum("last" in each.data.get("metadata", {}) for each in stored) == 1


def test_what_a_page_sends_while_it_is_left_arrives(visitor: Visitor) -> None:
    visitor.open()
    visitor.arrives(*FIRST)
    visitor.page.evaluate(
        "addEventListener('pagehide', () => "
        "Hellotext.track('page.viewed', { metadata: { left: 1 } }))"
    )
    visitor.page.goto("about:blank")
    stored = visitor.arrives(*FIRST, "page.viewed")
    assert stored[-1].data["metadata"] == {"left": 1}


def test_a_server_killed_under_a_visitor_loses_and_doubles_nothing(visitor: Visitor) -> None:
    visitor.open("/?utm_source=newsletter&utm_medium=email")
    visitor.arrives(*FIRST)
    visitor.server.kill()
    visitor.put_into_basket("red-kitchen-scales")
    reference = visitor.buy()
    visitor.page.evaluate("void Hellotext.track('page.viewed', { metadata: { last: true } })")
    visitor.server.start()
    # Product and its page, basket, basket again, thanks, and the last: told by the browser; the
    # order by the shop's server.
    told = ["page.viewed"] * 5 + ["product.viewed", "cart.added", "order.placed"]
    stored = visitor.arrives(*FIRST, *told)
    views = [each.tracked_at or 0 for each in stored if each.action != "order.placed"]
    assert views == sorted(views)
    until(lambda: orders(visitor.server, reference) == 1, "the order")
    visitor.open("/login")
    visitor.arrives(*FIRST, *told, "page.viewed")
    assert orders(visitor.server, reference) == 1


def orders(server: Server, reference: str) -> int:
    ((count,),) = server.query(
        "select count(*) from events e join objects o on o.id = e.object_id "
        "where o.reference = :reference",
        reference=reference,
    )
    return int(count)


@pytest.mark.parametrize("moment", ["before it is read", "after it is answered"])
def test_an_order_survives_a_kill_at_its_worst_moment(visitor: Visitor, moment: str) -> None:
    visitor.put_into_basket("party-bunting")
    visitor.is_answered()
    if moment == "before it is read":
        os.kill(visitor.server.pid, signal.SIGSTOP)
        visitor.page.get_by_role("button", name="Buy").click(no_wait_after=True)
    else:
        visitor.page.get_by_role("button", name="Buy").click()
        visitor.page.wait_for_url("**/orders/*")
    visitor.server.kill()
    visitor.server.start()
    visitor.page.wait_for_url("**/orders/*")
    reference = visitor.page.url.rpartition("/")[2]
    until(lambda: orders(visitor.server, reference) == 1, "the order")
    ((received, stored, duplicate, rejected),) = visitor.server.query(
        "select sum(received), sum(stored), sum(duplicate), sum(rejected) from ledger"
    )
    assert received == stored + duplicate + rejected


def test_what_a_left_page_broke_off_keeps_the_next_one_not_waiting(visitor: Visitor) -> None:
    visitor.open()
    visitor.arrives(*FIRST)
    with frozen(visitor.server):
        with visitor.page.expect_request("**/v1/track/events"):
            visitor.page.evaluate("void Hellotext.track('page.viewed')")
        visitor.open("/cart")
        assert visitor.page.evaluate("localStorage.getItem('hello_retry_at')") is None
    visitor.arrives(*FIRST, "page.viewed", "page.viewed")

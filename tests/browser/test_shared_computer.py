"""Customers come and go at one browser: whose its session is does not change in silence."""

from tests.browser.chromium import needs_chromium
from tests.browser.visitor import Visitor

pytestmark = needs_chromium

USER_COOKIES = ["hello_user_id", "hello_user_source", "hello_user_identification_hash"]


def log_out(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Log out").click()
    visitor.page.wait_for_url(visitor.address + "/")
    visitor.is_answered()


def test_a_login_attaches_the_session_and_what_it_did(visitor: Visitor) -> None:
    visitor.open()
    visitor.log_in("Ana Duarte")
    visitor.is_answered()
    visitor.arrives("session.started", "page.viewed", "page.viewed", "page.viewed")
    ((first_name,),) = visitor.server.query(
        "select first_name from profiles where id = :row", row=visitor.owner()
    )
    assert first_name == "Ana"
    ((changes,),) = visitor.server.query(
        "select count(*) from identity_log l join sessions s on s.id = l.session_id "
        "where s.text = :session and l.kind = 'attach'",
        session=visitor.session,
    )
    assert changes == 1


def test_a_second_customer_at_the_same_browser_is_a_conflict(visitor: Visitor) -> None:
    visitor.log_in("Ana Duarte")
    ana = visitor.owner()
    log_out(visitor)
    visitor.log_in("Ben Okafor")
    visitor.is_answered()
    assert visitor.owner() == ana
    conflicts = visitor.server.client.get("/v1/conflicts").json()["data"]
    of_this = [each for each in conflicts if each["session"] == visitor.session]
    # The shop's server claims the session, and so does the browser's client.
    assert {each["kind"] for each in of_this} == {"attach_conflict", "identify_conflict"}
    assert all(each["open"] for each in of_this)
    assert "somebody else’s" in visitor.page.locator("main").inner_text()

    visitor.put_into_basket("chilli-lights")
    reference = visitor.buy()
    ((buyer,),) = visitor.server.query(
        "select p.first_name from events e join objects o on o.id = e.object_id "
        "join profiles p on p.id = e.profile_id where o.reference = :reference",
        reference=reference,
    )
    assert buyer == "Ben"


def test_a_logout_forgets_the_customer_and_keeps_the_session(visitor: Visitor) -> None:
    visitor.log_in("Ana Duarte")
    visitor.is_answered()
    session, owner = visitor.session, visitor.owner()
    assert visitor.cookie("hello_user_id") == "customer-1"
    log_out(visitor)
    assert [visitor.cookie(name) for name in USER_COOKIES] == [None, None, None]
    assert (visitor.session, visitor.owner()) == (session, owner)
    stored = visitor.events()
    assert stored[-1].data["user_parameters"] == {}
    assert any(each.data.get("user_parameters") for each in stored)

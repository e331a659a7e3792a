"""``footfall demo``: what it says when it cannot open, and what it leaves in Footfall."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.cli.run import footfall
from tests.server import Server, free_port, serving
from tests.shop import DemoShop, open_shop

TOKEN = "ALK_" + "a1" * 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data: Path = tmp_path_factory.mktemp("data")
    with serving(f"sqlite:///{data / 'footfall.db'}", data) as started:
        yield started


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[DemoShop]:
    with open_shop(server) as opened:
        yield opened


@pytest.fixture
def open_one(shop: DemoShop) -> Iterator[httpx.Client]:
    """A visitor without a browser."""
    with httpx.Client(base_url=shop.url) as client:
        yield client


def refusal(server: Server, *options: object, **environment: str) -> str:
    """What a shop that cannot open says: one line."""
    given = {"FOOTFALL_URL": server.url, "FOOTFALL_TOKEN": server.token, **environment}
    said = footfall("demo", *options, status=2, **given).stderr
    assert said.count("\n") == 1
    return said


def test_without_a_token_it_says_to_set_one_first(server: Server) -> None:
    assert "export FOOTFALL_TOKEN=ALK_…" in refusal(server, FOOTFALL_TOKEN="")


def test_a_server_that_is_not_there_is_named_with_the_remedy(server: Server) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    said = refusal(server, "--url", url)
    assert said.startswith(f"Error: No server answers at {url} ")
    assert "footfall serve" in said


def test_a_token_that_nobody_knows_is_not_taken(server: Server) -> None:
    said = refusal(server, FOOTFALL_TOKEN=TOKEN)
    assert said.startswith("Error: The server does not take the token.")
    assert TOKEN not in said


def test_a_token_that_may_too_little_is_not_taken(server: Server) -> None:
    few = ("--name", "few", "--scope", "events:write", "--business", server.business_id)
    made = server.command("token", "create", *few, "--json")
    assert made.returncode == 0, made.stderr
    token = httpx.Response(200, content=made.stdout).json()["token"]
    assert "does not take the token" in refusal(server, FOOTFALL_TOKEN=token)


def test_an_address_of_something_else_is_said_to_be_that(server: Server) -> None:
    assert "the address of Footfall, without /v1?" in refusal(server, "--url", server.url + "/v2")
    assert "it must be like http://" in refusal(server, "--url", "footfall")


def test_a_business_that_is_not_the_tokens_is_refused(server: Server) -> None:
    said = refusal(server, "--business", "1QsVymEv")
    assert said.startswith(f"Error: The token is of the business {server.business_id}, not of")


def test_a_port_that_is_taken_is_named(server: Server) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        said = refusal(server, "--port", port)
    assert said.startswith(f"Error: The shop cannot listen on port {port} ")
    assert "--port" in said


def test_it_says_what_to_open_and_ends_in_order(server: Server) -> None:
    with open_shop(server, "--business", server.business_id) as shop:
        assert f"{shop.url}/?utm_source=newsletter&utm_medium=email" in shop.printed
        assert server.business_id in shop.printed
        assert httpx.get(shop.url).status_code == 200
        assert shop.close() == 0


def test_a_second_start_finds_what_the_first_one_made(server: Server, shop: DemoShop) -> None:
    products = "select count(*) from objects where kind = 'product'"
    profiles = "select count(*) from profiles"
    assert (server.query(products), server.query(profiles)) == ([(36,)], [(3,)])
    with open_shop(server) as again:
        assert "products found again" in again.printed
    assert (server.query(products), server.query(profiles)) == ([(36,)], [(3,)])
    ((refused,),) = server.query("select count(*) from rejections where method = 'POST'")
    assert refused == 0


def test_what_is_bought_without_a_session_is_told_of_the_customer(
    server: Server, shop: DemoShop
) -> None:
    with httpx.Client(base_url=shop.url, follow_redirects=True) as who:
        who.post("/login", data={"email": " ANA@small-things.example.com "})
        who.post("/cart", data={"product": "chilli-lights", "quantity": "2"})
        page = who.post("/orders")
    assert page.url.path.startswith("/orders/ST-")
    stored = server.query(
        "select e.amount_minor, e.session_id, p.first_name from events e "
        "join profiles p on p.id = e.profile_id join objects o on o.id = e.object_id "
        "where o.reference = :reference",
        reference=page.url.path.rpartition("/")[2],
    )
    assert stored == [(990, None, "Ana")]


def test_nobody_known_without_a_session_can_still_buy(server: Server, shop: DemoShop) -> None:
    with httpx.Client(base_url=shop.url, follow_redirects=True) as who:
        assert who.get("/journey").status_code == 200
        who.post("/cart", data={"product": "chilli-lights"})
        page = who.post("/orders")
        assert page.url.path.startswith("/orders/ST-")
        assert who.post("/orders").url.path == "/cart"
    reference = page.url.path.rpartition("/")[2]
    assert server.query("select id from objects where reference = :text", text=reference) == []


@pytest.mark.parametrize(
    ("method", "path", "form", "status"),
    [
        ("GET", "/products/nothing", {}, 404),
        ("GET", "/orders/none", {}, 404),
        ("GET", "/static/../serve.py", {}, 404),
        ("GET", "/nowhere", {}, 404),
        ("POST", "/cart", {"product": "nothing"}, 404),
        ("POST", "/cart", {}, 404),
        ("POST", "/login", {"email": "nobody@example.com"}, 422),
        ("POST", "/login", {}, 422),
        ("GET", "/orders", {}, 405),
    ],
)
def test_what_the_shop_does_not_have_is_a_page_that_says_so(
    open_one: httpx.Client, method: str, path: str, form: dict[str, str], status: int
) -> None:
    answer = open_one.request(method, path, data=form or None)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("told", ["0", "-1", "1e9", "９", "99999999999999999999", "x" * 5000])
def test_no_quantity_breaks_a_basket(open_one: httpx.Client, told: str) -> None:
    answer = open_one.post("/cart", data={"product": "chilli-lights", "quantity": told})
    assert answer.status_code == 303
    assert open_one.get("/cart").status_code == 200


def test_what_a_visitor_writes_is_escaped(open_one: httpx.Client) -> None:
    page = open_one.post("/login", data={"email": '"><script>x</script>@x'})
    assert "<script>x" not in page.text

"""What the shop sells is what the data set's month says, and not more."""

import csv
from importlib.resources import files

import duckdb
import pytest

from footfall.demo.stock import load_stock
from tests.docs.pages import ROOT

MONTH = ROOT / "examples" / "online_retail" / "december_2010.csv.gz"

LINES = """
    create table lines as
    select * from read_csv($month, types = {'invoice_no': 'VARCHAR', 'stock_code': 'VARCHAR'})
    where quantity > 0 and unit_price > 0 and invoice_no not like 'C%'
"""
FACTS = """
    select stock_code, mode(description order by description),
        mode(unit_price order by unit_price), count(distinct invoice_no)
    from lines semi join picked using (stock_code) group by stock_code
"""
COMPANY = """
    select a.stock_code, b.stock_code
    from lines a join lines b using (invoice_no)
    where a.stock_code <> b.stock_code
        and a.stock_code in (from picked) and b.stock_code in (from picked)
    group by 1, 2 order by 1, count(distinct invoice_no) desc, 2
"""


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    text = files("footfall.demo").joinpath("data", "products.csv").read_text()
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="module")
def month(rows: list[dict[str, str]]) -> duckdb.DuckDBPyConnection:
    """The month's sales, and which products the shop picked."""
    connection = duckdb.connect()
    connection.execute(LINES, {"month": str(MONTH)})
    codes = [row["stock_code"] for row in rows]
    connection.execute("create table picked as select unnest(?) as stock_code", [codes])
    return connection


def test_descriptions_prices_and_orders_are_the_months(
    rows: list[dict[str, str]], month: duckdb.DuckDBPyConnection
) -> None:
    found = {code: told for code, *told in month.execute(FACTS).fetchall()}
    assert len(found) == len(rows) == 36
    for row in rows:
        description, price, orders = found[row["stock_code"]]
        assert (row["description"], row["unit_price"]) == (description, f"{price:.2f}")
        assert int(row["invoices"]) == orders
        assert row["name"].upper().split() == description.upper().split()


def test_what_is_bought_together_is_what_was(
    rows: list[dict[str, str]], month: duckdb.DuckDBPyConnection
) -> None:
    company: dict[str, list[str]] = {}
    for code, other in month.execute(COMPANY).fetchall():
        company.setdefault(code, []).append(other)
    for row in rows:
        assert row["bought_with"].split() == company[row["stock_code"]][:3]


def test_every_product_has_a_page_a_drawing_and_a_print() -> None:
    package = files("footfall.demo")
    drawings = package.joinpath("templates", "drawings.html.jinja").read_text()
    style = package.joinpath("static", "shop.css").read_text()
    stock = load_stock()
    assert len({each.slug for each in stock}) == 36
    for each in stock:
        assert f'<symbol id="{each.icon}"' in drawings
        assert f".art-{each.category.lower().replace(' ', '-')} " in style
        assert len(stock.bought_with(each)) == 3

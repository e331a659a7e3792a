"""The actions clients may send, the ones only the server makes, and names for new ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.actions import (
    ALIASES,
    BUILT_IN,
    FIRST_CUSTOM_ID,
    NAME_LENGTH,
    OWN,
    SERVER_MADE,
    Action,
    name_problem,
    nearest,
)
from footfall.domain.objects import BUILT_IN_KINDS

CONTRACT = {
    "app": "app.installed app.removed app.spent",
    "cart": "cart.added cart.removed cart.abandoned cart.viewed checkout.started",
    "coupon": "coupon.redeemed",
    "form": "form.completed",
    "order": "order.placed order.confirmed order.cancelled order.shipped order.delivered",
    "product": "product.purchased product.viewed",
    "refund": "refund.requested refund.received",
    None: "page.viewed subscribed unsubscribed",
}
"""The table of built-in actions, by the kind of object each speaks of (contract 4.1)."""


def test_the_built_in_actions_are_those_of_the_contract() -> None:
    told = {name: kind for kind, names in CONTRACT.items() for name in names.split()}
    assert {action.name: action.object_kind for action in BUILT_IN.values()} == told
    assert all(name == action.name for name, action in BUILT_IN.items())


def test_an_object_is_optional_only_where_the_contract_says_so() -> None:
    free = {name for name, action in BUILT_IN.items() if not action.object_required}
    assert free == {"cart.viewed", "checkout.started", "page.viewed", "subscribed", "unsubscribed"}


def test_only_the_steps_of_an_order_happen_once() -> None:
    once = {name for name, action in BUILT_IN.items() if action.is_lifecycle}
    assert once == set(CONTRACT["order"].split())


def test_views_inherit_no_amount() -> None:
    inheriting = {name for name, action in BUILT_IN.items() if action.inherits_amount}
    assert "product.purchased" in inheriting
    assert not {name for name in inheriting if name.endswith(".viewed")}


def test_row_numbers_never_change() -> None:
    numbers = [action.id for action in BUILT_IN.values()]
    assert numbers == list(range(1, len(BUILT_IN) + 1))
    assert max(numbers) < FIRST_CUSTOM_ID
    assert (BUILT_IN["app.installed"].id, BUILT_IN["product.purchased"].id) == (1, 17)
    assert not Action(FIRST_CUSTOM_ID, "a.b").is_built_in


def test_what_the_server_makes_is_no_action_of_clients() -> None:
    assert OWN.keys() <= SERVER_MADE
    assert not OWN.keys() & BUILT_IN.keys()
    assert [action.id for action in OWN.values()] == [23, 24]


def test_every_older_name_leads_to_a_built_in_action() -> None:
    assert ALIASES == {
        "app.install": "app.installed",
        "app.remove": "app.removed",
        "page.visited": "page.viewed",
    }
    assert set(ALIASES.values()) <= BUILT_IN.keys()


def test_every_kind_of_object_is_spoken_of() -> None:
    assert {action.object_kind for action in BUILT_IN.values()} - {None} == set(BUILT_IN_KINDS)


@pytest.mark.parametrize("name", [*BUILT_IN, *ALIASES, *sorted(SERVER_MADE)])
def test_a_name_that_is_taken_is_no_name_for_a_new_action(name: str) -> None:
    problem = name_problem(name)
    assert problem is not None
    assert name in problem


@pytest.mark.parametrize("name", ["appointment.booked", "a.b", "cart2.item_added", "x-y.z.0"])
def test_a_lower_case_name_with_a_dot_is_good(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize(
    "name",
    ["", "booked", "Appointment.Booked", ".a", "a.", "a..b", "a b.c", "a.b\n", "ñ.b", "-a.b"],
)
def test_another_form_is_no_name(name: str) -> None:
    assert "lower case with a dot" in (name_problem(name) or "")


def test_a_long_name_is_refused() -> None:
    assert name_problem("a." + "b" * (NAME_LENGTH - 2)) is None
    assert str(NAME_LENGTH) in (name_problem("a." + "b" * (NAME_LENGTH - 1)) or "")


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("product.purchase", "product.purchased"),
        ("Product Purchased", "product.purchased"),
        ("order_placed", "order.placed"),
        ("orderplaced", "order.placed"),
        ("page.view", "page.viewed"),
        ("unsubscribe", "unsubscribed"),
    ],
)
def test_a_mistyped_name_leads_to_the_one_meant(mistyped: str, meant: str) -> None:
    assert nearest(mistyped, list(BUILT_IN)) == meant


@given(st.text(max_size=40) | st.text(min_size=200))
def test_a_guess_is_a_known_name_or_none(name: str) -> None:
    assert nearest(name, list(BUILT_IN)) in {None, *BUILT_IN}


def test_nothing_is_guessed_for_what_is_far_too_long() -> None:
    assert nearest("product.purchased" * 60_000, list(BUILT_IN)) is None

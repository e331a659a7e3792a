"""Words that messages are made of."""

import pytest

from footfall.errors import an


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("order", "an order"),
        ("app", "an app"),
        ("product", "a product"),
        ("INTERVAL", "an INTERVAL"),
        ("unit", "a unit"),
    ],
)
def test_a_noun_has_the_article_that_it_is_spoken_with(noun: str, said: str) -> None:
    assert an(noun) == said

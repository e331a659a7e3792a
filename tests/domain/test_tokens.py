"""Private tokens: their look, their digest, and the little of them that may be shown."""

import hashlib
import re

from footfall.domain.tokens import (
    DISPLAY_LENGTH,
    PATTERN,
    PREFIX,
    SCOPES,
    digest,
    display_prefix,
    generate,
)


def test_tokens_are_new_and_of_one_form() -> None:
    made = [generate() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(re.fullmatch(PATTERN, token) and token.startswith(PREFIX) for token in made)


def test_a_scanner_of_secrets_finds_a_leaked_token() -> None:
    token = generate()
    found = re.search("ALK_[A-Za-z0-9]{40}", f"curl -H 'Authorization: Bearer {token}' …")
    assert found is not None
    assert found[0] == token


def test_the_digest_is_that_of_sha_256_for_text_and_bytes() -> None:
    token = generate()
    assert digest(token) == digest(token.encode()) == hashlib.sha256(token.encode()).digest()


def test_what_is_shown_gives_away_four_characters() -> None:
    token = generate()
    assert display_prefix(token) == token[:DISPLAY_LENGTH] == "ALK_" + token[4:8]


def test_every_scope_says_what_it_is_for() -> None:
    assert set(SCOPES) == {"events:write", "catalog", "profiles", "read", "admin"}
    assert all(SCOPES.values())

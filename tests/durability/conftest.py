"""A seed for each test's chance, printed with its failure."""

import random

import pytest


@pytest.fixture
def seed() -> str:
    """Chosen anew in each run; ``-p randomly --randomly-seed=N`` repeats the run that printed N."""
    chosen = f"{random.getrandbits(64):016x}"
    print(f"seed {chosen}")
    return chosen

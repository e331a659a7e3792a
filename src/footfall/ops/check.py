"""What ``doctor`` says of one thing it looked at."""

from typing import Final, Literal, NamedTuple

MIB: Final = 1 << 20


class Check(NamedTuple):
    """One thing looked at; ``remedy`` is empty when nothing needs to be done."""

    name: str
    state: Literal["ok", "warn", "fail"]
    found: str
    remedy: str = ""

"""Answers that are found again as long as nothing they were reckoned from has changed.

A key names everything that an answer depends on, so that an old answer is never given, only
forgotten: the one that was asked for longest ago goes first.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

T = TypeVar("T")

ANSWERS_MAX: Final = 128
NUMBERS_MAX: Final = 50_000
"""Numbers in an answer that is kept; larger ones are reckoned each time."""


class Answers:
    """The latest answers of a process; safe to ask from several threads."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, reckon: Callable[[], T], size: Callable[[T], int]) -> T:
        """Return the answer of a key, reckoned if it is not there.

        Args:
            size: how many numbers are in an answer.
        """
        with self._mutex:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
        answer = reckon()
        if size(answer) <= NUMBERS_MAX:
            with self._mutex:
                self._kept[key] = answer
                while len(self._kept) > ANSWERS_MAX:
                    self._kept.popitem(last=False)
        return answer

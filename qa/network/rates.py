"""How often one may ask: a moving window for each owner and each address, counted in memory."""

from __future__ import annotations

import threading
import time
from math import ceil

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Rates:
    """What has been asked within the last hour.

    Args:
        a_minute: Questions of one owner.
        an_hour: Questions of one owner.
        from_address: Questions a minute from one address, of all owners there: a browser may throw its cookie away.
    """

    def __init__(self, a_minute: int = 30, an_hour: int = 600, from_address: int = 600) -> None:
        self._of_owner = (RateLimitItemPerMinute(a_minute, 1, "owner"), RateLimitItemPerHour(an_hour, 1, "owner"))
        self._of_address = RateLimitItemPerMinute(from_address, 1, "address")
        self._asked = MovingWindowRateLimiter(MemoryStorage())
        self._one_at_a_time = threading.Lock()

    def wait(self, owner: str, address: str) -> int:
        """Seconds to wait before the next question; 0 to go on, and it is counted.

        Args:
            owner: Who asks.
            address: Where from.
        """
        windows: list[tuple[RateLimitItem, str]] = [
            *((item, owner) for item in self._of_owner),
            (self._of_address, address),
        ]
        with self._one_at_a_time:
            full = [window for window in windows if not self._asked.test(*window)]
            if not full:
                for window in windows:
                    self._asked.hit(*window)
                return 0
            return max(ceil(self._asked.get_window_stats(*window).reset_time - time.time()) for window in full)

"""Waiting for what has to come, and saying so where it does not come."""

from __future__ import annotations

import time
from collections.abc import Callable

from torture.network.account import Account

PATIENCE_S = 40.0


def await_more(account: Account, count: int, patience_s: float = PATIENCE_S) -> None:
    """Waits until so many more statements are acknowledged."""
    goal = account.losses().acknowledged + count
    await_true(
        account, lambda: account.losses().acknowledged >= goal, "nothing more is acknowledged", patience_s
    )


def await_true(
    account: Account, there: Callable[[], bool], otherwise: str, patience_s: float = PATIENCE_S
) -> None:
    """Waits until something holds; counts it where it does not come to that."""
    until = time.monotonic() + patience_s
    while not there():
        if time.monotonic() > until:
            account.hung(otherwise)
            return
        time.sleep(0.01)

"""What is made once for many rounds, such as a database server, and taken away when the process ends.

@once
def server(stack: ExitStack) -> PostgresServer:
    return stack.enter_context(running_postgres())

server()        # the same each time, until let_go()
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from multiprocessing.util import Finalize
from typing import Any, TypeVar

Made = TypeVar("Made")
_made: dict[str, Any] = {}
_stack = ExitStack()


def once(make: Callable[[ExitStack], Made]) -> Callable[[], Made]:
    """What ``make`` makes when it is first asked for; what it enters into its stack ends with the process."""
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def made() -> Made:
        if name not in _made:
            _made[name] = make(_stack)
        found: Made = _made[name]
        return found

    return made


def let_go() -> None:
    """Takes everything away; what is asked for again is made anew."""
    _made.clear()
    _stack.close()


atexit.register(let_go)
Finalize(None, let_go, exitpriority=10)  # A worker of multiprocessing does not come to its own end.

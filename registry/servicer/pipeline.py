"""Several requests of a stream under way at once, answered in order (流水线).

Requests are read in a thread of their own. Read by the thread that answers, the answer to one request
would be sent when the next arrives, and a caller that waits for each answer before it sends the next
request would wait for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TypeVar

Request = TypeVar("Request")
Begun = TypeVar("Begun")


def begun_in_order(
    requests: Iterable[Request], begin: Callable[[Request], Begun], *, window: int
) -> Iterator[Begun]:
    """Begins each request when it arrives, and yields what was begun in the order of the requests.

    At most ``window`` are begun and not yet answered; one is answered when the consumer asks for the next.
    An exception of ``requests`` or ``begin`` is raised after everything that was begun before it.
    """
    begun: SimpleQueue[Begun | Exception | None] = SimpleQueue()
    room = Semaphore(window)
    over = Event()

    def read() -> None:
        try:
            for request in requests:
                room.acquire()
                if over.is_set():
                    return
                begun.put(begin(request))
            begun.put(None)
        except Exception as error:
            begun.put(error)

    Thread(target=read, name="registry-stream", daemon=True).start()
    try:
        while (item := begun.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
            room.release()
    finally:
        over.set()
        room.release()

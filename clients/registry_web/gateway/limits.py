"""How much the gateway bears: calls of a token, tries of tokens, bytes of bodies. Addresses are counted by
the guard before every face (``registry_web.security``).

* **Tokens**: a bucket each; a body of 64 KiB costs as much as a call. When it is empty: 429 with Retry-After.
* **Tries**: a token that the registry has not taken yet costs its address one of a few tries, refilled
  slowly. Whoever guesses tokens is soon told 429 without the registry being asked; callers whose tokens are
  known go on from the same address. A token that is refused is unknown again.
* **Bodies**: small ones are read for everybody the guard lets in. For larger ones the token must be known,
  and what is held of all of them together is bounded: beyond it 503.

Example: 20 tries, one more every 3 s: after 20 wrong tokens of an address the next gets 429, Retry-After: 3.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from registry_web.gateway.problems import OVERLOADED, TOO_LARGE, Problem, ProblemError
from registry_web.security import Rate

MAX_BODY_BYTES = 16 * 1024 * 1024
SMALL_BYTES = 64 * 1024
"""What a call has as a rule."""
HELD_BYTES = 64 * 1024 * 1024
_KNOWN = 20_000
_RETRY_S = 2.0


def _calls() -> Rate:
    return Rate(burst=400, per_s=200)


def _addresses() -> Rate:
    return Rate(burst=1000, per_s=500)


def _tries() -> Rate:
    return Rate(burst=20, per_s=1 / 3)


@dataclass(slots=True)
class Limits:
    """What is borne, and what is in use of it. Of one event loop."""

    addresses: Rate = field(default_factory=_addresses)
    calls: Rate = field(default_factory=_calls)
    tries: Rate = field(default_factory=_tries)
    held_bytes: int = HELD_BYTES
    _known: OrderedDict[bytes, bool] = field(default_factory=OrderedDict)

    def admit(self, token: str, address: str) -> None:
        """Counts a call. Raises ProblemError where it is one too many."""
        name = sha256(token.encode()).digest()
        wait_s = 0.0 if name in self._known else self.tries.wait_s(address)
        wait_s = wait_s or self.calls.wait_s(name.hex())
        if wait_s:
            raise ProblemError.own("RATE_LIMITED", retry_after_s=wait_s)
        self._known.setdefault(name, False)  # Asked about; others with it need no try of their own meanwhile.
        self._known.move_to_end(name)
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)

    def is_taken(self, token: str) -> bool:
        """Whether the registry has taken a token, and not refused it since."""
        return self._known.get(sha256(token.encode()).digest(), False)

    def note(self, token: str, *, taken: bool) -> None:
        """What the registry said of a token."""
        name = sha256(token.encode()).digest()
        if taken:
            self._known[name] = True
        else:
            self._known.pop(name, None)

    def weigh(self, token: str, size: int) -> None:
        """Counts the bytes of a body as calls. Raises ProblemError."""
        if cost := size // SMALL_BYTES:
            wait_s = self.calls.wait_s(sha256(token.encode()).hexdigest(), min(cost, self.calls.burst))
            if wait_s:
                raise ProblemError.own("RATE_LIMITED", retry_after_s=wait_s)

    @contextmanager
    def holding(self) -> Iterator[Held]:
        """What one request holds, until its end."""
        held = Held(self)
        try:
            yield held
        finally:
            self.held_bytes += held.size


@dataclass(slots=True)
class Held:
    """The bytes of a body so far."""

    limits: Limits
    size: int = 0

    def add(self, size: int) -> None:
        """Counts more of them. Raises ProblemError."""
        if self.size + size > MAX_BODY_BYTES:
            raise ProblemError(Problem(413, TOO_LARGE, f"请求正文超过{MAX_BODY_BYTES}字节, 请分批发送。"))
        if size > self.limits.held_bytes:
            detail = "网关正在处理的大请求已达上限, 请稍后重试。"
            raise ProblemError(Problem(503, OVERLOADED, detail, retry_after_s=_RETRY_S))
        self.size += size
        self.limits.held_bytes -= size

    def keep(self, size: int) -> None:
        """Gives back what is held no longer: the message is shorter than the text that it was read from."""
        if size < self.size:
            self.limits.held_bytes += self.size - size
            self.size = size

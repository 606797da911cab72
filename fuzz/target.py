"""What a target is: one parser, inputs to begin with, and bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

Mutator = Callable[[bytes, Random], bytes]
"""One change to an input, by somebody who knows its form; what it cannot read it returns changed or as it
is."""


class PropertyError(AssertionError):
    """What must hold of every input does not; never raised by the product."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A target made ready in this process.

    ``run`` says whether the parser took the input; whatever it raises is a finding."""

    run: Callable[[bytes], bool]
    seeds: Sequence[bytes]
    mutators: Sequence[Mutator] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a target is made (module of ``fuzz.targets`` and function), and its bounds.

    ``watched`` are prefixes of the modules whose branches guide the search; ``inputs`` is its share of a
    whole run; ``longest`` are bytes of an input; ``seconds`` is CPU time for one input."""

    name: str
    module: str
    watched: tuple[str, ...]
    inputs: int
    longest: int = 4096
    seconds: float = 2.0
    memory_mib: int = 2048


def holds(condition: object, said: str) -> None:
    """Raises PropertyError unless the condition holds."""
    if not condition:
        raise PropertyError(said)


def text_of(data: bytes) -> str:
    """Any text: halves of surrogate pairs too, for what is no UTF-8."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")

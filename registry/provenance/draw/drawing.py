"""The draw itself: objects by the weight of their grade, then inspectors for each.

**Objects** are drawn one after the other without putting back. Each time every object that is left has the
same chance for each unit of its weight: weight ÷ the sum of the weights of all that are left. The grades in
use are put in the order of their UTF-8 bytes; the objects of a grade are numbered in the order of the roster.
With W = Σ weight × how many are left, ``below(W)`` falls into one grade's share, and within it, divided by
the weight, on the number of one object; its place is taken by the last of the grade. A grade without a weight
of its own has weight 1. Weights are a management aid (信用分级分类监管): they say how often somebody is
looked at, and no more.

**Inspectors** are drawn for each object out of those who may inspect the matter and are not recused, in the
order of the roster, each time ``below(how many are left)``, the place taken by the last one. Each object has
random numbers of its own, so that a recusal changes nobody else's inspectors. Nothing is balanced: whoever
has many already is as likely as anybody, for who comes next must not be guessed from who came before.

Where an object that was drawn has fewer than the inspectors it needs, nothing is drawn at all and the failure
names it: that, too, anybody can repeat. Who orders looks for that beforehand (``unstaffed``).

Random numbers: of objects from the key SHA-256("registry.v1.draw.objects" LF ‖ seed), of the inspectors of an
object from SHA-256("registry.v1.draw.inspectors" LF ‖ seed ‖ its id).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from registry.provenance.draw.lists import Assignment, Pairs
from registry.provenance.draw.randoms import Randoms

LEAST_INSPECTORS = 2
_OF_OBJECTS = b"registry.v1.draw.objects\n"
_OF_INSPECTORS = b"registry.v1.draw.inspectors\n"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an order fixes beside the rosters."""

    wanted: int
    inspectors_each: int
    weights: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn, in order; nothing, and why, if that could not be."""

    assignments: tuple[Assignment, ...] = ()
    failure: str = ""


def drawn_by(
    seed: bytes,
    *,
    objects: Mapping[str, Sequence[str]],
    inspectors: Sequence[str],
    recusals: Pairs,
    terms: Terms,
) -> Drawn:
    """The draw of a seed. ``objects`` are ids by grade; they and ``inspectors`` stand as in the rosters."""
    found = drawn_objects(seed, objects, terms)
    if not found:
        return Drawn(failure="名录中没有适用这一事项的检查对象")
    assignments = []
    for each in found:
        left = _eligible(inspectors, recusals.get(each))
        if len(left) < terms.inspectors_each:
            return Drawn(failure=_short(each, len(left), terms))
        assignments.append((each, _staff(seed, each, left, terms.inspectors_each)))
    return Drawn(tuple(assignments))


def drawn_objects(seed: bytes, objects: Mapping[str, Sequence[str]], terms: Terms) -> list[str]:
    """The objects in the order of drawing: as many as are wanted, or all if there are fewer."""
    randoms = Randoms(sha256(_OF_OBJECTS + seed).digest())
    classes = [
        (terms.weights.get(grade, 1), list(objects[grade])) for grade in sorted(objects, key=str.encode)
    ]
    total = sum(weight * len(ids) for weight, ids in classes)
    found: list[str] = []
    while total and len(found) < terms.wanted:
        place = randoms.below(total)
        for weight, ids in classes:
            if place < weight * len(ids):
                found.append(_removed(ids, place // weight))
                total -= weight
                break
            place -= weight * len(ids)
    return found


def unstaffed(inspectors: Sequence[str], recusals: Pairs, terms: Terms, ids: Iterable[str] = ()) -> list[str]:
    """Whoever, if drawn, would have too few inspectors: looked for before an order is made."""
    if len(inspectors) < terms.inspectors_each:
        return [f"可派人员只有{len(inspectors)}人, 每户需{terms.inspectors_each}人"]
    known = frozenset(ids)
    return [
        _short(each, len(left), terms)
        for each, gone in recusals.items()
        if each in known and len(left := _eligible(inspectors, gone)) < terms.inspectors_each
    ]


def _eligible(inspectors: Sequence[str], gone: frozenset[str] | None) -> list[str]:
    return [each for each in inspectors if each not in gone] if gone else list(inspectors)


def _short(drawn_object: str, left: int, terms: Terms) -> str:
    return f"{drawn_object}回避后可派人员只有{left}人, 需{terms.inspectors_each}人"


def _staff(seed: bytes, drawn_object: str, left: list[str], wanted: int) -> tuple[str, ...]:
    randoms = Randoms(sha256(_OF_INSPECTORS + seed + drawn_object.encode()).digest())
    return tuple(_removed(left, randoms.below(len(left))) for _ in range(wanted))


def _removed(ids: list[str], at: int) -> str:
    """Takes one out; the last takes its place."""
    found, ids[at] = ids[at], ids[-1]
    ids.pop()
    return found

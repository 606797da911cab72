"""Proofs of inclusion and consistency made and checked per second: part of ``make bench``, or ``python -m
bench.proofs``.

A tree of a million leaves whose full tiles are at hand, as they are in a server once they were read. Leaves
and earlier sizes are drawn at random. Made: ``provenance.proof`` reads the hashes out of the tiles. Checked:
as a verifier does it, down to the comparison with the root.

Rates are of CPU time on one core, the best of three rounds, since other work only ever makes them worse. The
yardstick is bare hashing of two nodes by the same library in the same round: the ratio is what part of it the
hashes of the proofs reach, so 0.5 for a check means that half of its time is hashing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from bench.machine import bound_to, machine, require_linux, serving_cores
from bench.measure import Figure
from registry.provenance.merkle import leaf_hash, node_hash
from registry.provenance.proof import (
    HashReader,
    consistency_proof,
    inclusion_proof,
    root_at,
    verify_consistency,
    verify_inclusion,
)
from registry.provenance.tiles import TileEdge, TileReader

LEAVES, PROOFS, HASHES, ROUNDS = 1_000_003, 4000, 200_000, 3
MADE, CHECKED = 50_000, 40_000
_dice = random.Random(20260401)


def main() -> None:
    """Prints the figures."""
    require_linux()
    print(machine(), flush=True)
    for figure in proof_figures():
        print(f"{figure.name}: {figure.absolute}; {figure.ratio:.2f} of bare hashing", flush=True)


def proof_figures() -> Iterator[Figure]:
    """Both kinds of proof, made and checked."""
    with bound_to(serving_cores()):
        tree, leaves = _tree()
        bare = _best(HASHES, _hashing)
        yield from _inclusion_figures(tree, leaves, bare)
        yield from _consistency_figures(tree, bare)


def _tree() -> tuple[HashReader, Sequence[bytes]]:
    edge, tiles = TileEdge(), dict[tuple[int, int], bytes]()
    leaves = [leaf_hash(number.to_bytes(122, "big")) for number in range(LEAVES)]
    for leaf in leaves:
        tiles.update({(full.level, full.number): full.hashes for full in edge.append(leaf)})
    reader = TileReader(lambda level, number: tiles.get((level, number)), cached=len(tiles))
    return reader.beside(edge), leaves


def _inclusion_figures(tree: HashReader, leaves: Sequence[bytes], bare: float) -> Iterator[Figure]:
    asked, root = [_dice.randrange(LEAVES) for _ in range(PROOFS)], root_at(tree, LEAVES)
    made = [inclusion_proof(tree, index, LEAVES) for index in asked]
    rate = _best(PROOFS, lambda: [inclusion_proof(tree, index, LEAVES) for index in asked])
    yield _figure("Inclusion proofs made", rate, made, bare, MADE)

    def check() -> None:
        for index, proof in zip(asked, made, strict=True):
            verify_inclusion(leaves[index], index, LEAVES, proof, root)

    yield _figure("Inclusion proofs checked", _best(PROOFS, check), made, bare, CHECKED)


def _consistency_figures(tree: HashReader, bare: float) -> Iterator[Figure]:
    asked, root = [_dice.randrange(1, LEAVES) for _ in range(PROOFS)], root_at(tree, LEAVES)
    roots = [root_at(tree, size) for size in asked]
    made = [consistency_proof(tree, size, LEAVES) for size in asked]
    rate = _best(PROOFS, lambda: [consistency_proof(tree, size, LEAVES) for size in asked])
    yield _figure("Consistency proofs made", rate, made, bare)

    def check() -> None:
        for size, old, proof in zip(asked, roots, made, strict=True):
            verify_consistency(size, old, LEAVES, root, proof)

    yield _figure("Consistency proofs checked", _best(PROOFS, check), made, bare)


def _figure(
    name: str, rate: float, made: Sequence[Sequence[bytes]], bare: float, target: int | None = None
) -> Figure:
    each = sum(map(len, made)) / len(made)
    wanted, met = (f"≥ {target // 1000}k/s", rate >= target) if target else ("", None)
    return Figure(
        f"{name}, 1 M leaves", rate * each / bare, wanted, met, f"{rate / 1000:.1f}k/s of {each:.1f} hashes"
    )


def _best(count: int, run: Callable[[], object]) -> float:
    """How many a second of CPU, in the best round."""
    return count / min(map(partial(_took, run), range(ROUNDS)))


def _took(run: Callable[[], object], _: int) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _hashing() -> None:
    node = bytes(32)
    for _ in range(HASHES):
        node = node_hash(node, node)


if __name__ == "__main__":
    main()

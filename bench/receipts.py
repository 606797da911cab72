"""What receipts cost: ``python -m bench.receipts``.

    wire     unary Check without a receipt, SIGNED and PROOF, taking turns over one connection each, the
             server on one core and the load on another, as ``bench.measure`` does; asked for: SIGNED costs
             at most 20 % of the throughput
    made     one receipt at a time without the wire: SIGNED, PROOF, and PROOF of 100 answers at once, and how
             large they are
    by size  the same receipt in trees of 1,000 to 10 million leaves: its inclusion proofs are made in a tree
             of that size whose tiles are worked out when they are read (hashes of nothing: neither length nor
             time depends on what they are), the map's proofs are counted (log2 of the subjects + 1.3 each),
             the rest is as it was made

A figure is the median of its rounds, a ratio the median of the ratios within each round.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from math import log2
from pathlib import Path
from typing import TypeVar

from bench.machine import bound_to, loading_cores, machine, require_linux, serving_cores
from bench.measure import CHECK, DEPTH, SEED
from bench.population import ORIGIN, Population, firm, populate
from bench.running import Running, running
from bench.wire import Connection
from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask, Matter
from registry.config import load_config
from registry.engine import start_engine
from registry.provenance.proof import inclusion_proof
from registry.provenance.tiles import TILE_BYTES, TileEdge, TileReader
from registry.receipts.answers import CHECK as METHOD
from registry.receipts.answers import Told, rest_of
from registry.receipts.receipts import Receipts
from registry.servicer.restriction import RestrictionServicer
from registry.v1 import receipt_pb2, subject_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, EVIDENCE_LEVEL_SIGNED, ReceiptRequest

RESTRICTED, CLEAR = 10_000, 2_000
CALLS, ROUNDS = 500, 15
PROVEN_CALLS = 50
PROVEN_DEPTH = 4
"""Fewer than the registry proves at a time: while it waits for its first map state it refuses more."""
MANY = 100
SIZES = (1_000, 100_000, 1_000_000, 10_000_000)
TARGET = 0.8
DISK = Path(__file__).resolve().parents[1] / "var"
_T = TypeVar("_T")
WANTED = {
    "none": None,
    "SIGNED": ReceiptRequest(evidence=EVIDENCE_LEVEL_SIGNED, nonce=bytes(16)),
    "PROOF": ReceiptRequest(evidence=EVIDENCE_LEVEL_PROOF, nonce=bytes(16)),
}


def main() -> None:
    """Runs every measurement; exits 1 if the target is missed."""
    require_linux()
    DISK.mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="bench-receipts-", dir=DISK)) / "registry"
    try:
        print(machine(), flush=True)
        population = populate(directory, restricted=RESTRICTED, clear=CLEAR)
        asker = population.credential("asker", Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN))
        with running(directory) as server:
            met = on_the_wire(server, asker)
        made(directory, population)
    finally:
        shutil.rmtree(directory.parent, ignore_errors=True)
    sys.exit(0 if met else 1)


def on_the_wire(server: Running, credential: Path) -> bool:
    """Check without and with receipts; whether SIGNED keeps its target."""
    server.bind(serving_cores())
    rates: dict[str, list[float]] = {level: [] for level in WANTED}
    cpu: dict[str, list[float]] = {level: [] for level in WANTED}
    with bound_to(loading_cores()):
        connections = {level: Connection(server.port, credential, CHECK) for level in WANTED}
        for turn in range(ROUNDS + 1):
            for level, connection in connections.items():
                count = PROVEN_CALLS if level == "PROOF" else CALLS
                messages = [question(number, level) for number in range(turn, turn + count)]
                used, start = server.cpu_seconds(), time.perf_counter()
                connection.run(messages, PROVEN_DEPTH if level == "PROOF" else DEPTH)
                if turn:  # The first round warms up.
                    rates[level].append(count / (time.perf_counter() - start))
                    cpu[level].append((server.cpu_seconds() - used) / count * 1e6)
        for connection in connections.values():
            connection.close()
    plain = rates["none"]
    for level, found in rates.items():
        ratio = statistics.median([one / other for one, other in zip(found, plain, strict=True)])
        rate, used_us = statistics.median(found), statistics.median(cpu[level])
        print(
            f"Check, {level}: {rate:.0f}/s ({used_us:.0f} µs CPU), {ratio:.2f} of Check without", flush=True
        )
    signed = statistics.median([one / other for one, other in zip(rates["SIGNED"], plain, strict=True)])
    print(f"SIGNED ≥ {TARGET} of Check: {'met' if signed >= TARGET else '**missed**'}", flush=True)
    return signed >= TARGET


def made(directory: Path, population: Population) -> None:
    """Receipts made without the wire, and in larger trees."""
    engine = start_engine(load_config(directory))
    engine.upkeep.start()
    receipts = engine.receipts
    try:
        for name, number in (("blocked", 0), ("no record", population.restricted + population.clear + 5)):
            told, matter = _told(engine.ask, number)
            for level in ("SIGNED", "PROOF"):
                took, receipt = _timed(partial(_one, receipts, told, _wanted(level), matter), 200)
                size = receipt.ByteSize()
                print(f"{name}, {level}: {took * 1e6:.0f} µs, {size:,} bytes, {_parts(receipt)}", flush=True)
            by_size(receipt, took, engine.state.size)
        many = [_told(engine.ask, number)[0] for number in range(MANY)]
        for level in ("SIGNED", "PROOF"):
            took, found = _timed(partial(receipts.make, many, _wanted(level), matter), 10)
            told_of = f"{took * 1e6 / MANY:.0f} µs and {found[0].ByteSize():,} bytes each"
            print(f"{MANY} answers under one signature, {level}: {told_of}", flush=True)
    finally:
        engine.close()


def _wanted(level: str) -> ReceiptRequest:
    wanted = WANTED[level]
    assert wanted is not None
    return wanted


def _one(receipts: Receipts, told: Told, wanted: ReceiptRequest, matter: Matter) -> receipt_pb2.Receipt:
    return receipts.make([told], wanted, matter)[0]


def by_size(receipt: receipt_pb2.Receipt, took_s: float, size: int) -> None:
    """The same receipt in larger trees."""
    places = [leaf.position / size for leaf in receipt.leaves]
    held = sum(len(leaf.inclusion) for leaf in receipt.leaves)
    held += sum(len(chain.proof.siblings) for chain in receipt.chains)
    own_s, _ = _timed(partial(_proofs, _synthetic(size), places, size), 20)
    for leaves in SIZES:
        tree = _synthetic(leaves)
        proofs_s, proofs = _timed(partial(_proofs, tree, places, leaves), 20)
        hashes = sum(map(len, proofs)) + round(len(receipt.chains) * (log2(leaves) + 1.3))
        length = receipt.ByteSize() + 34 * (hashes - held)
        took = took_s - own_s + proofs_s
        print(f"    {leaves:>10,} leaves: {length:,} bytes, {took * 1e6:.0f} µs", flush=True)


def _synthetic(size: int) -> TileReader:
    def tile(level: int, number: int) -> bytes:
        seed = sha256(f"{SEED} {level} {number}".encode()).digest()
        return seed * (TILE_BYTES // len(seed))

    return TileReader(tile)


def _proofs(reader: TileReader, places: Sequence[float], size: int) -> list[tuple[bytes, ...]]:
    tree = reader.beside(TileEdge.resume(size, lambda _level, first, end: [bytes(32)] * (end - first)))
    return [inclusion_proof(tree, int(place * size), size) for place in places]


def _told(ask: Ask, number: int) -> tuple[Told, Matter]:
    """What Check tells of a firm, ready for a receipt."""
    request = pb.CheckRequest.FromString(question(number, "none"))
    matter = ask.settle(request, Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN), None)
    found = ask.find(request.subject.type, request.subject.value)
    decision = ask.decide(found, matter.question, matter)
    response = RestrictionServicer(ask)._answer(found, decision, matter)
    return Told(METHOD, request, response, (rest_of(found, decision),)), matter


def question(number: int, level: str) -> bytes:
    """Check of a firm, with or without a receipt."""
    request = pb.CheckRequest(receipt=WANTED[level])
    request.subject.type, request.subject.value = subject_pb2.IDENTIFIER_TYPE_USCC, firm(number)
    request.purpose.domain = subject_pb2.DOMAIN_PROCUREMENT
    request.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    return request.SerializeToString()


def _parts(receipt: receipt_pb2.Receipt) -> str:
    return f"{len(receipt.leaves)} leaves, {len(receipt.chains)} chains"


def _timed(make: Callable[[], _T], rounds: int) -> tuple[float, _T]:
    found, took = make(), list[float]()
    for _ in range(rounds):
        start = time.perf_counter()
        found = make()
        took.append(time.perf_counter() - start)
    return statistics.median(took), found


if __name__ == "__main__":
    main()

"""What is measured, each as a ratio to something measured in the same run.

    check    unary Check against the empty echo, taking turns over one connection each, 32 calls under way,
             the server on one core and the load on another; then as many as half of that a second, and how
             long the slowest hundredth took, by the echo's at the same rate
    batch    BatchCheck and CheckColumns of 1,000 codes, one call at a time, the server on one core
    submit   Submit of 256 signed statements a call, eight calls under way, each statement durable before
             it is answered; against verification of the same signatures by the same library, on one core

A figure is the median of its rounds, a ratio the median of the ratios within each round, so that what else
the machine does weighs on both sides. CPU time is the server's, user and system. The mixed questions are
10 % firms that are restricted in the domain asked about, 85 % firms without a restriction, 5 % codes that
nobody has stated anything about.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.machine import bound_to, cores, loading_cores, serving_cores
from bench.population import Author, Population, firm, penalty
from bench.running import Running
from bench.server import BARE, GATED
from bench.wire import Connection
from registry.provenance.envelope import pae
from registry.provenance.keys import VerifyingKey, load_verifying_key
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.envelope_pb2 import Envelope, SignedBatch

CHECK = "/registry.v1.RestrictionService/Check"
BATCH_CHECK = "/registry.v1.RestrictionService/BatchCheck"
CHECK_COLUMNS = "/registry.v1.RestrictionService/CheckColumns"
SUBMIT = "/registry.v1.IntakeService/Submit"
SUBMIT_BATCH = "/registry.v1.IntakeService/SubmitBatch"
CALLS, DEPTH, ROUNDS, PACED = 750, 32, 30, 7
BATCH, BATCHES = 1000, 60
SIGNED_TOGETHER = 256
STATEMENTS, PER_CALL, UNDER_WAY, SUBMISSIONS = 8192, 256, 8, 3
SEED = 20260401
_dice = random.Random(SEED)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what, how much of its yardstick, what is asked for, and in absolute terms."""

    name: str
    ratio: float | None
    target: str
    met: bool | None
    absolute: str


def check_figures(running: Running, population: Population, credential: Path) -> Iterator[Figure]:
    """Unary Check by the echo, for mixed questions and for firms that are all restricted."""
    running.bind(serving_cores())
    with bound_to(loading_cores()):
        for name, numbers, target in (
            ("Check, mixed", _mixed(population, CALLS), 0.9),
            ("Check, all restricted", _restricted(population, CALLS), None),
        ):
            yield from _check(running, credential, name, [_question(number) for number in numbers], target)
    yield from _on_all_cores(running, population, credential, "Check, mixed, server on all cores")


def at_once_figures(running: Running, population: Population, credential: Path) -> Iterator[Figure]:
    """Unary Check on the thread that reads the wire, by the echo that an ordinary server gives."""
    running.bind(serving_cores())
    with bound_to(loading_cores()):
        messages = [_question(number) for number in _mixed(population, CALLS)]
        yield from _check(running, credential, "Check at once, mixed", messages, 2.0)
    yield from _on_all_cores(running, population, credential, "Check at once, mixed, server on all cores")


def _on_all_cores(running: Running, population: Population, credential: Path, name: str) -> Iterator[Figure]:
    """As a server runs, beside the load: there its threads hand calls over between cores."""
    running.bind(set(cores()))
    with bound_to(loading_cores()):
        messages = [_question(number) for number in _mixed(population, CALLS)]
        yield from _check(running, credential, name, messages, None)


def batch_figures(running: Running, population: Population, credential: Path) -> Iterator[Figure]:
    """BatchCheck and CheckColumns of 1,000, for some mixes. Each is asked once before it is measured, so that
    it is recorded by then who is told of what."""
    running.bind(serving_cores())
    with bound_to(loading_cores()):
        for name, method, draw, made, target in (
            ("BatchCheck, mixed", BATCH_CHECK, _mixed, _batch_question, 300_000),
            ("BatchCheck, 1 % restricted", BATCH_CHECK, _few, _batch_question, 400_000),
            ("BatchCheck, all clear", BATCH_CHECK, _clear, _batch_question, None),
            ("BatchCheck, all restricted", BATCH_CHECK, _restricted, _batch_question, None),
            ("CheckColumns, 1 % restricted", CHECK_COLUMNS, _few, _columns_question, 1_000_000),
            ("CheckColumns, mixed", CHECK_COLUMNS, _mixed, _columns_question, None),
        ):
            call = running.caller(method, credential)
            requests = [made(draw(population, BATCH)) for _ in range(BATCHES)]
            yield _rate(running, name, call, requests, target)


def _rate(
    running: Running, name: str, call: Callable[[bytes], bytes], requests: Sequence[bytes], target: int | None
) -> Figure:
    for request in requests:
        call(request)
    rates, cpu = [], []
    for request in requests:
        used, start = running.cpu_seconds(), time.perf_counter()
        call(request)
        rates.append(BATCH / (time.perf_counter() - start))
        cpu.append((running.cpu_seconds() - used) / BATCH)
    per_core = 1 / statistics.median(cpu)
    met = None if target is None else per_core >= target
    asked = "" if target is None else f"{target // 1000}k/s a core"
    seen = statistics.median(rates)
    told = f"{per_core / 1e3:.0f}k decisions/s of server CPU; {seen / 1e3:.0f}k/s seen"
    return Figure(name, None, asked, met, told)


def submit_figures(running: Running, population: Population, credential: Path) -> Iterator[Figure]:
    """Submit against bare verification; the server once on every core and once on one."""
    author = population.authors["市场监管"]
    key = load_verifying_key(author.signer.suite, author.signer.public_key)
    call = running.caller(SUBMIT, credential)
    for name, places, target in (
        ("Submit, durable", set(cores()), 0.5),
        ("Submit, server on one core", serving_cores(), None),
    ):
        running.bind(places)
        bare, rate, cpu = [], [], []
        for turn in range(SUBMISSIONS):
            envelopes = _penalties(author, f"{len(places)}-{turn}")
            bare.append(_verification_rate(envelopes, key))
            used, start = running.cpu_seconds(), time.perf_counter()
            _submit(call, envelopes)
            rate.append(STATEMENTS / (time.perf_counter() - start))
            cpu.append((running.cpu_seconds() - used) / STATEMENTS * 1e6)
        ratio = _paired(rate, bare)
        told = (
            f"{_mid(rate):.0f}/s of {len(envelopes[0].payload)} bytes ({_mid(cpu):.0f} µs CPU); "
            f"verification {_mid(bare):.0f}/s ({1e6 / _mid(bare):.0f} µs)"
        )
        met = None if target is None else ratio >= target
        yield Figure(name, ratio, "" if target is None else f"≥ {target}", met, told)


def batch_submit_figures(running: Running, population: Population, credential: Path) -> Iterator[Figure]:
    """Statements in batches of 256 under one signature, against verifying each by itself."""
    author = population.authors["市场监管"]
    key = load_verifying_key(author.signer.suite, author.signer.public_key)
    call = running.caller(SUBMIT_BATCH, credential)
    running.bind(set(cores()))
    bare, rate, cpu = [], [], []
    for turn in range(SUBMISSIONS):
        envelopes = _penalties(author, f"batch-{turn}")
        bare.append(_verification_rate(envelopes, key))
        batches = [
            author.batch(
                f"bench-{turn}-{first}", [each.payload for each in envelopes[first : first + SIGNED_TOGETHER]]
            )
            for first in range(0, len(envelopes), SIGNED_TOGETHER)
        ]
        used, start = running.cpu_seconds(), time.perf_counter()
        _submit_batches(call, batches)
        rate.append(STATEMENTS / (time.perf_counter() - start))
        cpu.append((running.cpu_seconds() - used) / STATEMENTS * 1e6)
    told = f"{_mid(rate):.0f}/s ({_mid(cpu):.0f} µs CPU); verification one by one {_mid(bare):.0f}/s"
    yield Figure(f"SubmitBatch of {SIGNED_TOGETHER}, durable", _paired(rate, bare), "", None, told)


def _submit_batches(call: Callable[[bytes], bytes], batches: Sequence[SignedBatch]) -> None:
    requests = [intake.SubmitBatchRequest(batch=batch).SerializeToString() for batch in batches]
    with ThreadPoolExecutor(UNDER_WAY) as callers:
        answers = list(callers.map(call, requests))
    results = [r for answer in answers for r in intake.SubmitBatchResponse.FromString(answer).results]
    if refused := [result for result in results if not result.HasField("accepted")]:
        raise SystemExit(f"bench: statements were refused: {refused[:1]}")


def _penalties(author: Author, run: str) -> list[Envelope]:
    return [
        author.envelope(f"bench-{run}-{number}", penalty(author, number, about=_dice.randrange(100_000)))
        for number in range(STATEMENTS)
    ]


def _check(
    running: Running, credential: Path, name: str, messages: Sequence[bytes], target: float | None
) -> Iterator[Figure]:
    ports = {CHECK: running.port, GATED: running.port, BARE: running.bare_port}
    connections = {method: Connection(port, credential, method) for method, port in ports.items()}
    rates: dict[str, list[float]] = {method: [] for method in ports}
    cpu: dict[str, list[float]] = {method: [] for method in ports}
    for turn in range(ROUNDS + 1):
        for method, connection in connections.items():
            used, start = running.cpu_seconds(), time.perf_counter()
            connection.run(messages, DEPTH)
            if turn:  # The first round warms up.
                rates[method].append(CALLS / (time.perf_counter() - start))
                cpu[method].append((running.cpu_seconds() - used) / CALLS * 1e6)
    late = {method: _p99(connections[method], messages, rates[CHECK]) for method in (CHECK, GATED)}
    for connection in connections.values():
        connection.close()
    rate = {method: _mid(found) for method, found in rates.items()}
    used_us = {method: _mid(found) for method, found in cpu.items()}
    ratio = _paired(rates[CHECK], rates[GATED])
    told = (
        f"{rate[CHECK]:.0f}/s ({used_us[CHECK]:.0f} µs CPU); "
        f"echo {rate[GATED]:.0f}/s ({used_us[GATED]:.0f} µs); by CPU {_paired(cpu[GATED], cpu[CHECK]):.2f}; "
        f"echo without the gate {rate[BARE]:.0f}/s ({used_us[BARE]:.0f} µs)"
    )
    met = None if target is None else ratio >= target
    yield Figure(name, ratio, "" if target is None else f"≥ {target}", met, told)
    slower = late[CHECK] / late[GATED]
    told = f"{late[CHECK] * 1e3:.2f} ms; echo {late[GATED] * 1e3:.2f} ms at the same rate"
    yield Figure(f"{name}, p99 at half load", slower, "≤ 1.5", slower <= 1.5, told)


def _p99(connection: Connection, messages: Sequence[bytes], rates: Sequence[float]) -> float:
    """The 99th percentile in seconds at half of a rate; the median of some rounds."""
    interval_s, rounds = 2 / _mid(rates), range(PACED)
    taken = [sorted(connection.paced(messages, interval_s)) for _ in rounds]
    return _mid([each[len(each) * 99 // 100] for each in taken])


def _mid(found: Sequence[float]) -> float:
    return statistics.median(found)


def _paired(measured: Sequence[float], against: Sequence[float]) -> float:
    return _mid([one / other for one, other in zip(measured, against, strict=True)])


def _verification_rate(envelopes: Sequence[Envelope], key: VerifyingKey) -> float:
    with bound_to(serving_cores()):
        start = time.perf_counter()
        for envelope in envelopes:
            key.verify(pae(envelope.payload_type, envelope.payload), envelope.signatures[0].sig)
        return len(envelopes) / (time.perf_counter() - start)


def _submit(call: Callable[[bytes], bytes], envelopes: Sequence[Envelope]) -> None:
    requests = [
        intake.SubmitRequest(envelopes=envelopes[first : first + PER_CALL]).SerializeToString()
        for first in range(0, len(envelopes), PER_CALL)
    ]
    with ThreadPoolExecutor(UNDER_WAY) as callers:
        answers = list(callers.map(call, requests))
    results = [result for answer in answers for result in intake.SubmitResponse.FromString(answer).results]
    refused = [result for result in results if not result.HasField("accepted")]
    if refused or len(results) != len(envelopes):
        raise SystemExit(f"bench: statements were refused: {refused[:1]}")


def _mixed(population: Population, count: int) -> list[int]:
    known = population.restricted + population.clear
    drawn = [_banned(population) for _ in range(count // 10)]
    drawn += [_dice.randrange(known, known + 100_000) for _ in range(count // 20)]
    drawn += _clear(population, count - len(drawn))
    _dice.shuffle(drawn)
    return drawn


def _few(population: Population, count: int) -> list[int]:
    drawn = [_banned(population) for _ in range(count // 100)] + _clear(population, count - count // 100)
    _dice.shuffle(drawn)
    return drawn


def _clear(population: Population, count: int) -> list[int]:
    return [
        _dice.randrange(population.restricted, population.restricted + population.clear) for _ in range(count)
    ]


def _restricted(population: Population, count: int) -> list[int]:
    return [_banned(population) for _ in range(count)]


def _banned(population: Population) -> int:
    """A firm barred from procurement: its number does not end in 9."""
    return _dice.randrange(population.restricted // 10) * 10 + _dice.randrange(9)


def _question(number: int) -> bytes:
    request = pb.CheckRequest()
    request.subject.type, request.subject.value = subject_pb2.IDENTIFIER_TYPE_USCC, firm(number)
    request.purpose.domain = subject_pb2.DOMAIN_PROCUREMENT
    request.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    return request.SerializeToString()


def _batch_question(numbers: Sequence[int]) -> bytes:
    request = pb.BatchCheckRequest(
        identifier_type=subject_pb2.IDENTIFIER_TYPE_USCC, identifiers=[firm(number) for number in numbers]
    )
    request.purpose.domain = subject_pb2.DOMAIN_PROCUREMENT
    request.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    return request.SerializeToString()


def _columns_question(numbers: Sequence[int]) -> bytes:
    request = pb.CheckColumnsRequest(codes="".join(map(firm, numbers)).encode())
    request.purpose.domain = subject_pb2.DOMAIN_PROCUREMENT
    request.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    return request.SerializeToString()

"""The registry's own ways: over gRPC with mutual TLS, and as a replica in this process.

The client is grpcio with the generated messages, as any client; an answer is parsed and its reasons are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.peers.answers import IN_BATCH, Answers, Form, Reason, Row, Way
from bench.population import ORIGIN, Population, firm
from bench.running import Running
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.policy_lines import RangedKey
from registry.provenance.vkey import NoteKey
from registry.provenance.witness_policy import Policy
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.verdict_pb2 import HIT_EFFECT_INFORMATION, VERDICT_BLOCKED, VERDICT_REVIEW, Hit
from registry_client import Registry, Replica, Verdict
from registry_client.credentials import Credentials

SERVICE = "/registry.v1.RestrictionService"
DOMAIN, ROLE = subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.SUBJECT_ROLE_BIDDER
USCC = subject_pb2.IDENTIFIER_TYPE_USCC
_HITS = frozenset((VERDICT_BLOCKED, VERDICT_REVIEW))
_BRIEF = pb.BatchOptions(hits=pb.HIT_DETAIL_BRIEF, without_checked=True)
_SWEEP = 1000


class OverTheWire:
    """The three calls, over one channel."""

    def __init__(self, server: Running, credential: Path) -> None:
        self._server = server
        self._check, self._batch, self._columns = (
            server.caller(f"{SERVICE}/{name}", credential) for name in ("Check", "BatchCheck", "CheckColumns")
        )

    def ways(self) -> Iterator[Way]:
        """Each call as a way."""
        used = self._server.cpu_seconds
        yield Way("registry: Check", Form.ONE, self.check, used, yardstick=True)
        for form in IN_BATCH:
            yield Way("registry: BatchCheck", form, self.batch, used, yardstick=True)
            yield Way("registry: BatchCheck, brief", form, self.brief, used)
            yield Way("registry: CheckColumns, no days", form, self.columns, used, days=False)

    def check(self, codes: Sequence[str]) -> Answers:
        """By Check."""
        request = pb.CheckRequest()
        request.subject.type, request.subject.value = USCC, codes[0]
        _ask_for(request)
        answer = pb.CheckResponse.FromString(self._check(request.SerializeToString()))
        return {codes[0]: _reasons(answer.hits)} if answer.verdict in _HITS else {}

    def batch(self, codes: Sequence[str]) -> Answers:
        """By BatchCheck."""
        return self._told(codes, self._asked(codes))

    def brief(self, codes: Sequence[str]) -> Answers:
        """By BatchCheck, told as much as the peers tell."""
        return self._told(codes, self._asked(codes, _BRIEF))

    def _told(self, codes: Sequence[str], answer: pb.BatchCheckResponse) -> Answers:
        found: Answers = {}
        for at, hit in zip(answer.hit_subjects, answer.hits, strict=True):
            if answer.verdicts[at] in _HITS:
                found[codes[at]] = found.get(codes[at], ()) + _reasons((hit,))
        return found

    def columns(self, codes: Sequence[str]) -> Answers:
        """By CheckColumns."""
        request = pb.CheckColumnsRequest(codes="".join(codes).encode())
        _ask_for(request)
        answer = pb.CheckColumnsResponse.FromString(self._columns(request.SerializeToString()))
        found: Answers = {}
        rows = zip(answer.hit_subjects, answer.hit_measures, answer.hit_effects, strict=True)
        for at, measure, effect in rows:
            if answer.verdicts[at] in _HITS and effect != HIT_EFFECT_INFORMATION:
                found[codes[at]] = (*found.get(codes[at], ()), Reason(answer.measures[measure]))
        return found

    def rows(self, restricted: int) -> list[Row]:
        """Everything that restricts the firms of a population, as the registry tells it."""
        found: list[Row] = []
        for first in range(0, restricted, _SWEEP):
            codes = [firm(number) for number in range(first, min(first + _SWEEP, restricted))]
            answer = self._asked(codes)
            for at, hit in zip(answer.hit_subjects, answer.hits, strict=True):
                if answer.verdicts[at] in _HITS:
                    named = (hit.document.authority, hit.document.number)
                    found += [Row(codes[at], reason, *named) for reason in _reasons((hit,))]
        return found

    def _asked(self, codes: Sequence[str], options: pb.BatchOptions | None = None) -> pb.BatchCheckResponse:
        request = pb.BatchCheckRequest(identifier_type=USCC, identifiers=codes, options=options)
        _ask_for(request)
        return pb.BatchCheckResponse.FromString(self._batch(request.SerializeToString()))


def _ask_for(request: pb.CheckRequest | pb.BatchCheckRequest | pb.CheckColumnsRequest) -> None:
    request.purpose.domain, request.matter.role = DOMAIN, ROLE


def _reasons(hits: Sequence[Hit]) -> tuple[Reason, ...]:
    # ``from`` is a word of Python's.
    return tuple(
        Reason(hit.measure_code, getattr(hit, "from"), hit.until)
        for hit in hits
        if hit.effect != HIT_EFFECT_INFORMATION
    )


class InProcess:
    """A replica of the domain, fetched from the server by GetSnapshot."""

    def __init__(self, server: Running, population: Population, credential: Path) -> None:
        signer = FileSigner.load(population.directory / "keys" / "receipt.key", None)
        key = NoteKey.of(ORIGIN, load_verifying_key(signer.suite, signer.public_key))
        self._replica = Replica(Policy(receipts=(RangedKey(key),)), max_age_s=86_400)
        path = population.directory / "procurement.snapshot"
        with Registry(f"127.0.0.1:{server.port}", Credentials.load(credential), timeout=600) as registry:
            registry.snapshots.fetch(DOMAIN, path)
        self._replica.load(path)
        self._asker = self._replica.asker(role=ROLE)
        self._column = self._asker.check(firm(0)).column

    def ways(self) -> Iterator[Way]:
        """One by one, and many at once."""
        one, many = Form.ONE_HERE, Form.MANY_HERE
        yield Way("registry: Replica.check", one, self.one, days=False, yardstick=True)
        yield Way("registry: Replica.check_many", many, self.many, days=False, yardstick=True)

    def one(self, codes: Sequence[str]) -> Answers:
        """By Asker.check."""
        answer = self._asker.check(codes[0])
        if answer.verdict is Verdict.CLEAR or answer.verdict is Verdict.INDETERMINATE:
            return {}
        return {
            codes[0]: tuple(Reason(each.measure) for each in answer.measures if self._bears(each.effects))
        }

    def many(self, codes: Sequence[str]) -> Answers:
        """By Asker.check_many, and the reasons of those that are restricted."""
        answers = self._asker.check_many("".join(codes).encode())
        loaded = self._replica.loaded
        assert loaded is not None
        met = (answers.verdicts == Verdict.BLOCKED) | (answers.verdicts == Verdict.REVIEW)
        return {
            codes[at]: tuple(
                Reason(each.measure)
                for each in loaded.live.book[answers.shapes[at]].measures
                if self._bears(each.effects)
            )
            for at in np.flatnonzero(met).tolist()
        }

    def _bears(self, effects: bytes) -> bool:
        return effects[self._column] not in (0, HIT_EFFECT_INFORMATION)

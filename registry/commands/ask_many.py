"""Verdicts on many organisations at once (批量查询): each as ``Ask.find`` and ``Ask.decide`` give it.

What a decision table says is taken from there; whatever it does not say, and wherever a restriction is met
whose document and article have to be told, is decided one by one.

Example: of a thousand codes ten are restricted: the table answers all, and ten are decided again for their
hits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.commands.ask import CODE_INVALID, USCC_LENGTH, Ask, Matter, code_asked
from registry.commands.decision_tables import DecisionTables
from registry.domain.identifiers import code_faults
from registry.domain.verdict_shapes import Answers, verdict_in
from registry.sanctions.verdict import CLEAR, UNKNOWN, Decision, Question, decide
from registry.v1 import subject_pb2, verdict_pb2

MANY = 32
"""Codes from which on a table is asked: for fewer its own cost is more than what it saves."""
_USCC = subject_pb2.IDENTIFIER_TYPE_USCC
_verdict, _reason = verdict_pb2.Verdict.ValueType, verdict_pb2.IndeterminateReason.ValueType


class _Plain(dict[int, Decision]):
    """Decisions that rest on no restriction, by the byte in which a table tells them."""

    def __missing__(self, answer: int) -> Decision:
        verdict, reason = verdict_in(answer)
        told = Decision(_verdict(verdict), indeterminate=_reason(reason))
        self[answer] = next((each for each in (CLEAR, UNKNOWN, CODE_INVALID) if each == told), told)
        return self[answer]


_PLAIN = _Plain()


@dataclass(frozen=True, slots=True)
class Columns:
    """Verdicts as bytes; which are indeterminate, and why; and those that met a restriction."""

    verdicts: bytes
    unsure: Sequence[int]
    reasons: Sequence[int]
    met: Sequence[tuple[int, Decision]]

    @classmethod
    def of(cls, decisions: Sequence[Decision]) -> Columns:
        """Decisions as columns."""
        unsure = [at for at, decision in enumerate(decisions) if decision.indeterminate]
        return cls(
            bytes([decision.verdict for decision in decisions]),
            unsure,
            [decisions[at].indeterminate for at in unsure],
            [(at, decision) for at, decision in enumerate(decisions) if decision.hits],
        )


class AskMany:
    """Asks about many at once, with the decision tables of its own. ``background``: see there."""

    def __init__(self, ask: Ask, *, background: bool = True) -> None:
        self._ask = ask
        self._tables = DecisionTables(ask.state, background=background)

    def decide(self, codes: Sequence[str], questions: Sequence[Question], matter: Matter) -> list[Decision]:
        """The verdicts on many organisations by their USCC, a question for each."""
        told = self._by_table(codes, questions, matter) if len(codes) >= MANY else None
        if told is None:
            return self.one_by_one(codes, questions, matter)
        decisions, rest = told
        more = self.one_by_one([codes[at] for at in rest], [questions[at] for at in rest], matter)
        for at, decision in zip(rest, more, strict=True):
            decisions[at] = decision
        return decisions

    def columns(self, codes: bytes, matter: Matter) -> Columns:
        """The verdicts on codes of 18 bytes each, on one question, as columns."""
        count, found = len(codes) // USCC_LENGTH, None
        if count >= MANY and codes.isascii():
            found = self._answers(codes, matter.question, matter)
        if found is None:
            texts = _texts(codes, range(count))
            return Columns.of(self.one_by_one(texts, [matter.question] * count, matter))
        answers, rest = found
        verdicts, reasons = answers.verdicts.copy(), answers.reasons.copy()
        more = self.one_by_one(_texts(codes, rest), [matter.question] * len(rest), matter)
        for at, decision in zip(rest, more, strict=True):
            verdicts[at], reasons[at] = decision.verdict, decision.indeterminate
        unsure = reasons.nonzero()[0]
        met = [(at, decision) for at, decision in zip(rest, more, strict=True) if decision.hits]
        return Columns(verdicts.tobytes(), unsure.tolist(), reasons[unsure].tolist(), met)

    def _by_table(
        self, codes: Sequence[str], questions: Sequence[Question], matter: Matter
    ) -> tuple[list[Decision], list[int]] | None:
        """What the decision table of the domain says, and of which codes it does not say all; None where
        there is none that can tell."""
        question, text = questions[0], "".join(codes)
        wide = set(map(len, codes)) == {USCC_LENGTH}  # Each of them: the text is cut into equal pieces.
        if not wide or not text.isascii() or any(each is not question for each in questions):
            return None
        found = self._answers(text.encode(), question, matter)
        return found and ([_PLAIN[each] for each in found[0].answers.tolist()], found[1])

    def _answers(self, codes: bytes, question: Question, matter: Matter) -> tuple[Answers, list[int]] | None:
        found = self._tables.answers(
            codes,
            question,
            matter.edition,
            position=matter.position,
            fault=matter.source_fault,
            today=self._ask.today(),
        )
        if found is None:
            return None
        answers, book = found
        return answers, ((answers.verdicts == 0) | book.met[answers.shapes]).nonzero()[0].tolist()

    def one_by_one(
        self, codes: Sequence[str], questions: Sequence[Question], matter: Matter
    ) -> list[Decision]:
        """The long way, in one sweep."""
        record_of, position, edition = self._ask.state.index.get, matter.position, matter.edition
        fault, decisions = matter.source_fault, []
        for code, question in zip(codes, questions, strict=True):
            # Nearly every code comes in its normal form. Whatever else the index is asked by is longer.
            record = record_of(code) if len(code) == USCC_LENGTH else None
            if record is None:
                record = record_of(code := code_asked(code))
            if record is None:
                decision = CODE_INVALID if code_faults(_USCC, code) else UNKNOWN
            elif record.links:
                decision = self._ask.decide_record(record, question, matter)
            else:
                decision = decide(question, record, position=position, edition=edition, source_fault=fault)
            decisions.append(decision)
        return decisions


def _texts(codes: bytes, places: Iterable[int]) -> list[str]:
    """The codes at some places. What is not ASCII is no code, and is told so."""
    return [codes[at * USCC_LENGTH : (at + 1) * USCC_LENGTH].decode("ascii", "replace") for at in places]

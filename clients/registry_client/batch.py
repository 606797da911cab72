"""The answer about many subjects at once, put together from the parallel arrays in which it travels.

The arrays refer to one another by index (``restriction_service.proto``). An answer in which they do not fit
is not used: a verdict attributed to the wrong subject would be worse than none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.v1 import verdict_pb2
from registry.v1.restriction_service_pb2 import BatchCheckResponse
from registry.v1.subject_pb2 import Identifier, SubjectRole
from registry.v1.verdict_pb2 import Checked
from registry_client.errors import AnswerError
from registry_client.receipts import Receipt
from registry_client.results import Answered, CheckResult, Hit, verdict_of


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The verdicts on many subjects, in the order in which they were asked about.

    What a result has in ``checked`` was examined for its role, and found empty but for the result's hits.
    ``receipts`` are those asked for: one for the whole, or one for each result.
    """

    results: tuple[CheckResult, ...]
    answered: Answered
    receipts: tuple[Receipt, ...] = ()

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[CheckResult]:
        return iter(self.results)

    def __getitem__(self, index: int) -> CheckResult:
        return self.results[index]

    @classmethod
    def of(
        cls,
        response: BatchCheckResponse,
        subjects: Sequence[Identifier],
        roles: Sequence[SubjectRole.ValueType],
    ) -> BatchResult:
        """The answer about ``subjects``, to be shown as they are given, each in its role.

        AnswerError if the arrays of the answer do not fit the subjects or one another.
        """
        _require_fit(response, len(subjects))
        hits = _hits(response)
        reasons = dict(zip(response.indeterminate_subjects, response.indeterminate_reasons, strict=True))
        checked = {each.role: each.checked for each in response.checked}
        answered, nothing = Answered.of(response.answered), Checked()
        results = (
            CheckResult(
                subject=subject,
                verdict=verdict_of(verdict),
                indeterminate_reason=reasons.get(index, verdict_pb2.INDETERMINATE_REASON_UNSPECIFIED),
                indeterminate_detail="",
                hits=tuple(hits.get(index, ())),
                checked=checked.get(role, nothing),
                answered=answered,
            )
            for index, (subject, verdict, role) in enumerate(
                zip(subjects, response.verdicts, roles, strict=True)
            )
        )
        return cls(tuple(results), answered)


def _hits(response: BatchCheckResponse) -> dict[int, list[Hit]]:
    hits: dict[int, list[Hit]] = {}
    for index, hit in zip(response.hit_subjects, response.hits, strict=True):
        hits.setdefault(index, []).append(Hit.of(hit))
    return hits


def _require_fit(response: BatchCheckResponse, size: int) -> None:
    indexes = [*response.hit_subjects, *response.indeterminate_subjects]
    fits = (
        len(response.verdicts) == size
        and len(response.hit_subjects) == len(response.hits)
        and len(response.indeterminate_subjects) == len(response.indeterminate_reasons)
        and all(index < size for index in indexes)
    )
    if not fits:
        raise AnswerError(f"the arrays of the answer about {size} subjects do not fit one another")

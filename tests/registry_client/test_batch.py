import pytest

from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.restriction_service_pb2 import BatchCheckResponse, RoleChecked
from registry.v1.subject_pb2 import Identifier
from registry.v1.verdict_pb2 import Checked, CheckedList, Hit
from registry_client.batch import BatchResult
from registry_client.errors import AnswerError
from registry_client.results import Verdict

BIDDER, AGENCY = subject_pb2.SUBJECT_ROLE_BIDDER, subject_pb2.SUBJECT_ROLE_AGENCY
SUBJECTS = [Identifier(value="甲"), Identifier(value="乙"), Identifier(value="丙")]
ROLES = [BIDDER, AGENCY, BIDDER]


def response() -> BatchCheckResponse:
    return BatchCheckResponse(
        verdicts=[
            verdict_pb2.VERDICT_BLOCKED,
            verdict_pb2.VERDICT_INDETERMINATE,
            verdict_pb2.VERDICT_CLEAR,
        ],
        hit_subjects=[0, 0],
        hits=[Hit(measure_code="M-PRO-01"), Hit(measure_code="M-PRO-05")],
        indeterminate_subjects=[1],
        indeterminate_reasons=[verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN],
        checked=[RoleChecked(role=BIDDER, checked=Checked(lists=[CheckedList(code="L-01")]))],
    )


def test_each_subject_gets_its_own_verdict_hits_and_reason() -> None:
    result = BatchResult.of(response(), SUBJECTS, ROLES)
    assert len(result) == 3
    assert [each.subject.value for each in result] == ["甲", "乙", "丙"]
    assert [each.verdict for each in result] == [Verdict.BLOCKED, Verdict.INDETERMINATE, Verdict.CLEAR]
    assert [hit.measure_code for hit in result[0].hits] == ["M-PRO-01", "M-PRO-05"]
    assert result[1].hits == result[2].hits == ()
    assert result[1].indeterminate_reason == verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN


def test_what_was_checked_is_that_of_the_subjects_role() -> None:
    result = BatchResult.of(response(), SUBJECTS, ROLES)
    assert [each.checked.lists[:1] != [] for each in result] == [True, False, True]


def _without_a_verdict(answer: BatchCheckResponse) -> None:
    answer.verdicts.pop()


def _with_a_verdict_too_many(answer: BatchCheckResponse) -> None:
    answer.verdicts.append(verdict_pb2.VERDICT_CLEAR)


def _with_a_hit_of_nobody(answer: BatchCheckResponse) -> None:
    answer.hit_subjects.pop()


def _with_a_hit_of_a_stranger(answer: BatchCheckResponse) -> None:
    answer.hit_subjects[0] = 3


def _with_a_reason_of_nobody(answer: BatchCheckResponse) -> None:
    answer.indeterminate_subjects.pop()


def _with_a_reason_of_a_stranger(answer: BatchCheckResponse) -> None:
    answer.indeterminate_subjects[0] = 3


@pytest.mark.parametrize(
    "spoil",
    [
        _without_a_verdict,
        _with_a_verdict_too_many,
        _with_a_hit_of_nobody,
        _with_a_hit_of_a_stranger,
        _with_a_reason_of_nobody,
        _with_a_reason_of_a_stranger,
    ],
)
def test_an_answer_whose_arrays_do_not_fit_is_not_used(spoil: object) -> None:
    answer = response()
    assert callable(spoil)
    spoil(answer)
    with pytest.raises(AnswerError, match="do not fit"):
        BatchResult.of(answer, SUBJECTS, ROLES)

"""A hit is told in the words of the edition that was law for it, whichever hit was told before it."""

from collections.abc import Iterator

import pytest

from registry.access.identity import CallerRole
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.verdict_pb2 import Hit
from tests.support.clock import instant_ms
from tests.support.editions import adopt, changed_row, edition_files
from tests.support.events import ban, firm, placed
from tests.support.served import Served, serving
from tests.support.spine import TODAY, found_spine, furnish

RENAMED = "禁止参加政府采购活动(新名称)"


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Firms 1 and 2 were banned on one day, between them an edition was adopted that words the ban anew."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("wording") / "registry"), ["财政"])
    day = TODAY.isoformat()
    event = [ban("财政", firm(number), "M-PRO-01", day, "2028-11-23") for number in (1, 2)]
    placed(spine.say("财政", event=event[0]))
    adopt(spine, changed_row(edition_files("2026.9"), "M-PRO-01", name_zh=f'"{RENAMED}"'), day)
    placed(spine.say("财政", event=event[1]))
    with serving(spine) as running:
        yield running


def hit(served: Served, number: int) -> Hit:
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    request = pb.CheckRequest(
        subject=firm(number).identifier,
        purpose=pb.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT),
        matter=pb.Matter(role=subject_pb2.SUBJECT_ROLE_BIDDER),
    )
    request.valid_time.FromMilliseconds(instant_ms(TODAY))
    (found,) = stub.Check(request).hits
    return found


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_decisions_of_one_day_under_two_editions_keep_their_own_words(
    served: Served, order: tuple[int, int]
) -> None:
    names = {number: hit(served, number).measure_name for number in order}
    assert names[2] == RENAMED
    assert names[1] not in ("", RENAMED)

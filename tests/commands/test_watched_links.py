"""Links that a stolen key cut: who watches either end learns when they hold again, however he watches.

The dispute is noted at one end of the link, the one under whose code it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.change_filter import filter_of
from registry.commands.changes import Changes
from registry.commands.identity import Identities
from registry.commands.screen import Screens
from registry.provenance.keys import FileSigner
from registry.sanctions.watched import Tie
from registry.v1 import verdict_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.restriction_service_pb2 import Purpose
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, Subject
from tests.support.events import ask, ban, licence, new_firm, placed, succession, withdrawal
from tests.support.signing_keys import confirmation, found_stolen
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.support.tenders import party, tender

KEY = "市场监管"
CALLER = Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN)


@dataclass(frozen=True, slots=True)
class Parted:
    """A banned firm's old code, from which a thief cut the new one."""

    spine: Spine
    thief: FileSigner
    old: Subject
    new: Subject
    tied_at: int
    cut_at: int

    def find_out(self) -> int:
        """The thief's key is found stolen, from the cut on."""
        found_stolen(self.spine, self.thief, self.cut_at)
        return self.spine.position

    def settle(self) -> int:
        """The office stands by what was cut after all."""
        return placed(self.spine.say(KEY, confirmation=confirmation("cut", KEY)))


@pytest.fixture
def parted(tmp_path: Path) -> Iterator[Parted]:
    spine = furnish(found_spine(tmp_path / "registry"))
    thief, old, new = FileSigner.generate(SUITE_ED25519), new_firm(), new_firm()
    placed(spine.enrol(KEY, thief))
    placed(spine.say(KEY, event=licence(KEY, old)))
    placed(spine.say("财政", event=ban("财政", new, "M-PRO-01", "2026-03-01", "2028-03-01")))
    tied_at = placed(spine.say(KEY, "tied", subject_link=succession(old, new)))
    cut_at = placed(spine.say(KEY, "cut", by=thief, withdrawal=withdrawal(KEY, "tied")))
    yield Parted(spine, thief, old, new, tied_at, cut_at)
    spine.engine.close()


def test_watched_tender_is_woken_when_the_theft_is_found_out_and_when_it_is_settled(parted: Parted) -> None:
    spine, request = parted.spine, tender(party(parted.old))
    screens = Screens(spine.engine.ask, Identities(spine.engine.ask))
    report = screens.report(request, screens.settle(request, CALLER, 1.0))
    assert [each.decision.verdict for each in report.parties] == [pb.VERDICT_CLEAR]
    with spine.engine.state.index.watches.open() as watch:
        watch.look_for(report.refs)
        parted.find_out()
        assert ask(spine, parted.old).verdict == pb.VERDICT_REVIEW
        assert watch.wait(1.0)
        parted.settle()
        assert ask(spine, parted.old).verdict == pb.VERDICT_CLEAR
        assert watch.wait(1.0)


def test_both_ends_of_the_link_are_told_of(parted: Parted) -> None:
    changes = Changes(parted.spine.engine.ask)
    wanted = filter_of(CALLER, Purpose(domain=DOMAIN_PROCUREMENT))
    found_at = parted.find_out()
    (change,) = changes.page(wanted, found_at).changes
    old, new = parted.old.identifier.value, parted.new.identifier.value
    assert {each.ref: each.view.ties for each in change.subjects} == {
        old: (Tie(new, pb.SUBJECT_RELATION_SAME, parted.tied_at),),
        new: (Tie(old, pb.SUBJECT_RELATION_SAME, parted.tied_at),),
    }
    settled_at = parted.settle()
    (change,) = changes.page(wanted, settled_at).changes
    assert {each.ref: each.view.ties for each in change.subjects} == {old: (), new: ()}

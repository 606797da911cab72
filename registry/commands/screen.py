"""Screening a tender (项目审查): everybody who takes part, at one position and one time, in one report.

Each party is asked about in its own role, each bid as a whole (``registry.sanctions.tender``). Lists are
those that law requires to be checked in the domain (政府采购: the three of 财库〔2016〕125号) and those that
the tender document names, by whatever name they bear or bore; a name that no list bears is told. That a list
is named does not make it a reason to refuse anybody: what an entry means is a question of the measures that
law attaches to it in the domain.

Nothing about the tender is kept (招标投标法 第二十二条、第五十二条), but that a natural person was asked
about, for which project and why: in the query log, durably, before the answer leaves.

Example: bid 甲 = firm A with its legal representative; lists named 重大税收违法案件当事人名单. Two party
reports, one bid, the lists L-01, L-02, L-03, of which L-03 was meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from registry.access.identity import Caller
from registry.commands.ask import Ask, Found, Matter
from registry.commands.identity import Identities, Identity
from registry.domain.faults import Fault
from registry.domain.identifiers import is_personal
from registry.domain.names import comparable
from registry.errors import RegistryError
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.parties import linked_with
from registry.sanctions.tender import Bid, Member, bids_of
from registry.sanctions.verdict import Decision
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import restriction_service_pb2 as pb

_IN_PROJECT = {
    "purpose.domain": "project.domain",
    "purpose.reference": "project.number",
    "purpose.reason": "project.reason",
    "valid_time": "project.cut_off",
}
"""Where the request to screen has what a question about one subject has elsewhere."""


@dataclass(frozen=True, slots=True)
class Screened:
    """One party: whom it names, whether under another name, and the verdict."""

    found: Found
    identity: Identity
    name_differs: bool
    decision: Decision


@dataclass(frozen=True, slots=True)
class Screening:
    """The report. ``lists`` are codes; ``refs`` are the subjects whose records it rests on."""

    matter: Matter
    parties: tuple[Screened, ...]
    bids: tuple[Bid, ...]
    lists: tuple[str, ...]
    unknown_lists: tuple[str, ...]
    refs: frozenset[str]


class Screens:
    """Screens tenders over what ``Ask`` knows."""

    def __init__(self, ask: Ask, identities: Identities) -> None:
        self.ask = ask
        self._identities = identities

    def settle(
        self,
        request: pb.ScreenRequest,
        caller: Caller,
        time_left_s: float | None,
        faults: Sequence[Fault] = (),
        path: str = "",
    ) -> Matter:
        """Fixes position and time. ``faults`` are those of the request's form: they are told together with
        what is wrong with the matter. Raises RegistryError."""
        try:
            matter = self.ask.settle(_as_check(request, sound=not faults), caller, time_left_s)
        except RegistryError as error:
            told = told_of_project(error.faults, path)
            alone = told[0].reason == reasons.ERROR_REASON_DOMAIN_DENIED
            raise RegistryError(told if alone else [*faults, *told]) from error
        if faults:
            raise RegistryError(faults)
        return matter

    def report(self, request: pb.ScreenRequest, matter: Matter) -> Screening:
        """The report on a tender in a settled matter."""
        found = [self.ask.find(party.subject.type, party.subject.value) for party in request.parties]
        identities = self._identities.whole(found, matter)
        parties = tuple(
            Screened(each, identity, _differs(party.name, identity), self._decide(each, party, matter))
            for party, each, identity in zip(request.parties, found, identities, strict=True)
        )
        lists, unknown = _lists(request.named_lists, matter.edition, matter)
        return Screening(
            matter=matter,
            parties=parties,
            bids=tuple(bids_of(list(_members(request.parties, parties)))),
            lists=lists,
            unknown_lists=unknown,
            refs=frozenset(self._refs(found, identities, matter)),
        )

    def log(self, screening: Screening) -> None:
        """Writes what was asked about natural persons to the query log, durably."""
        asked = [(each.found, each.decision) for each in screening.parties if each.found.personal]
        if asked:
            self.ask.log(screening.matter, asked)

    def _decide(self, found: Found, party: pb.Party, matter: Matter) -> Decision:
        return self.ask.decide(found, replace(matter.question, role=party.role), matter)

    def _refs(self, found: Iterable[Found], identities: Iterable[Identity], matter: Matter) -> Iterator[str]:
        """The subjects asked about, those they go on as, those related to them; and whoever any of these was
        ever linked with. A link that a stolen key cut holds again once the key is found out, and of that the
        record is told under whose code the link stands alone."""
        refs = set[str]()
        for each, identity in zip(found, identities, strict=True):
            record = self.ask.record(each, matter) if each.ref else None
            refs.update(filter(None, (each.ref, record.ref if record else "")))
            refs.update(party.ref for party in identity.related)
        yield from refs
        yield from linked_with(refs, self.ask.state.index.get)


def told_of_project(faults: Iterable[Fault], path: str = "") -> list[Fault]:
    """Faults of a question, with the fields of the request to screen that stands at a path."""
    return [replace(fault, field=path + _field(fault.field)) for fault in faults]


def purpose_of(project: pb.Project) -> pb.Purpose:
    """What the answers are for."""
    return pb.Purpose(domain=project.domain, reference=project.number, reason=project.reason)


def _field(name: str) -> str:
    return _IN_PROJECT.get(name, name.replace("matter.", "project.", 1))


def _as_check(request: pb.ScreenRequest, *, sound: bool) -> pb.CheckRequest:
    """The question that all parties have in common; without what may take time if it is refused anyway."""
    project = request.project
    matter = pb.Matter(scope=project.scope, tender_kind=project.tender_kind)
    check = pb.CheckRequest(purpose=purpose_of(project), matter=matter)
    if sound and project.HasField("cut_off"):
        check.valid_time.CopyFrom(project.cut_off)
    if sound and request.HasField("consistency"):
        check.consistency.CopyFrom(request.consistency)
    return check


def _differs(name: str, identity: Identity) -> bool:
    """Whether a name is none of those that the registry holds; it holds none of natural persons."""
    wanted = comparable(name)
    return bool(wanted and identity.names) and wanted not in map(comparable, identity.names)


def _members(asked: Iterable[pb.Party], screened: Iterable[Screened]) -> Iterable[Member]:
    for party, each in zip(asked, screened, strict=True):
        yield Member(party.bid, party.role, is_personal(party.subject.type), each.decision)


def _lists(named: Iterable[str], edition: Edition, matter: Matter) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes of the lists to report, and the names that no list bears or bore."""
    codes = dict.fromkeys(edition.required_lists(matter.question.domain))
    unknown: dict[str, None] = {}
    for name in named:
        meant = edition.lists_named(name)
        codes.update(dict.fromkeys(meant))
        if not meant:
            unknown[name] = None
    return tuple(codes), tuple(unknown)

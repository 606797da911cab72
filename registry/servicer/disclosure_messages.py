"""What is shown to everybody as messages: the record's, without what is for those alone who may ask.

Of the content only fields that are public are there (``record.published``). Wherever a text of others still
holds what has the form of a citizen's number, all of it goes, not its middle alone: ``PAPER`` stands in its
place. That is so in names of firms, authorities and articles too; also where dots or strokes part the number,
where it is in digits of another script, and where somebody masked it before.

Example: the facts 法定代表人(13090219900101123X)授意 are told as 法定代表人(证件号码从略)授意.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from unicodedata import digit

from registry.commands.ask import Matter
from registry.commands.listing_pages import Row
from registry.commands.published import Shown
from registry.commands.typical_cases import Case
from registry.domain.identifiers import mask
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import Ground
from registry.sanctions.record.published import is_public_field
from registry.sanctions.record.sections import Section
from registry.sanctions.verdict import Hit
from registry.servicer.masking import without_numbers
from registry.servicer.messages import VerdictMessages
from registry.servicer.record_messages import RowMessages, list_hit, section_message
from registry.v1 import disclosure_service_pb2 as pb
from registry.v1 import record_service_pb2, statement_pb2, subject_pb2, verdict_pb2
from registry.v1.restriction_service_pb2 import CheckResponse

PAPER = "证件号码从略"
# Digits are looked at once, from their first: else each of them would be a beginning.
_MASKED = re.compile(r"(?:(?<![0-9])[0-9]+)?[*＊]{6,}[0-9Xx]*")
_PARTED = re.compile(r"(?=((?:\d[\s\-./_·•・．／＿]{0,2}){17}[\dXxＸｘ]))")
_NO_EFFECT = verdict_pb2.HIT_EFFECT_UNSPECIFIED  # Nothing was asked that a restriction could bear on.
_SELF, _SAME = verdict_pb2.SUBJECT_RELATION_SELF, verdict_pb2.SUBJECT_RELATION_SAME


def public_text(text: str) -> str:
    """A text without anything that has the form of a citizen's number."""
    shown = without_numbers(text)
    for number in {found[1] for found in _PARTED.finditer(shown)}:
        figures = _figures(number)
        if mask(subject_pb2.IDENTIFIER_TYPE_USCC, figures) != figures:  # What may be an organisation's stays.
            shown = shown.replace(number, PAPER)
    return _MASKED.sub(PAPER, shown)


def clean_names(identity: verdict_pb2.Resolution) -> None:
    """Leaves names of an organisation without numbers of persons."""
    for names in (identity.names, identity.disputed_names):
        names[:] = [public_text(name) for name in names]


class DisclosureMessages:
    """Builds messages of what is shown."""

    def __init__(
        self, messages: VerdictMessages, identifier_of: Callable[[str], subject_pb2.Identifier]
    ) -> None:
        self._messages = messages
        self._rows = RowMessages(messages, identifier_of)

    def section(self, section: Section, matter: Matter) -> record_service_pb2.RecordSection:
        """A category with its entries."""
        day, edition = matter.question.day, matter.edition
        message = section_message(section, day=day, edition=edition, caller=matter.caller)
        for entry, told in zip(section.entries, message.entries, strict=True):
            said = entry.stated.said
            del told.content[:]
            told.content.extend(
                statement_pb2.Field(name=each.name, value=public_text(each.value))
                for each in said.content
                if is_public_field(each, said.subject)
            )
            _clean(told)
        return message

    def restrictions(self, shown: Shown, of: str, matter: Matter) -> list[verdict_pb2.Hit]:
        """The restrictions on the subject with a reference, under whichever of its codes they fell."""
        holder = CheckResponse()
        for bound in shown.restrictions:
            relation = _SELF if bound.restriction.ground.subject == of else _SAME
            hit = Hit(bound.restriction, bound.status, _NO_EFFECT, (), relation)
            self._messages.add_hit(holder.hits, hit, matter.edition)
        return _cleaned(holder.hits)

    def ban(self, row: Row, edition: Edition) -> record_service_pb2.ListedRestriction:
        """A ban, or an entry on a list, with whom it fell on."""
        message = self._rows.row(row, edition)
        message.name = public_text(message.name)
        _clean(message.hit)
        return message

    def case(self, case: Case, edition: Edition) -> pb.TypicalCase:
        """A case, with what was done."""
        listed = self.ban(case.row, edition)
        return pb.TypicalCase(
            subject=listed.subject,
            name=listed.name,
            hit=listed.hit,
            document=listed.hit.document,
            facts=public_text(case.facts),
        )


def red_list_hit(ground: Ground, edition: Edition) -> verdict_pb2.Hit:
    """A red list in force that an organisation is on, without the facilitations that it brings about."""
    listed = edition.red_list(ground.code, ground.period.first)
    message = list_hit(ground, listed, verdict_pb2.HIT_STATUS_IN_FORCE)
    _clean(message)
    return message


def _cleaned(hits: Iterable[verdict_pb2.Hit]) -> list[verdict_pb2.Hit]:
    found = list(hits)
    for hit in found:
        _clean(hit)
    return found


def _clean(told: verdict_pb2.Hit | record_service_pb2.RecordEntry) -> None:
    told.legal_basis[:] = [public_text(article) for article in told.legal_basis]
    if told.HasField("document"):
        told.document.number = public_text(told.document.number)
        told.document.authority = public_text(told.document.authority)


def _figures(number: str) -> str:
    """A number of whatever digits in the usual ones, without what parts it."""
    return "".join(str(digit(each)) if each.isdigit() else "X" for each in number if each.isalnum())

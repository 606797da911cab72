"""What a note of an association asks for, and the act that comes of it (行业自律信息).

Example: for a member the rule of the association may be left out; for a breach of it the registry asks for
it.
"""

from __future__ import annotations

from registry.v1 import supervision_pb2 as pb
from registry_client.supervision.matter_words import NOTE_KINDS
from registry_web.console.pages.forms import Answers, Field, choices_of
from registry_web.console.pages.matter_forms import NUMBER_HINT, day_field, subject_fields, subject_of


def note_fields() -> list[Field]:
    """What a note of an association asks for."""
    return [
        Field("number", "登记编号", hint=NUMBER_HINT),
        Field("kind", "自律信息种类", "radio", choices=choices_of(NOTE_KINDS)),
        *subject_fields(),
        Field("content", "内容", "area", hint="不得写限制、禁止或者列入名单的内容。"),
        Field("rule", "所依据的自律规约名称和条款", required=False, hint="会员登记可以不填。"),
        day_field("since", "起始日期"),
        day_field("until", "截止日期", required=False),
    ]


def note_of(answers: Answers) -> pb.Supervision:
    """The note that was filled in."""
    body = pb.AssociationNote(
        number=answers["number"],
        kind=answers.number("kind"),  # type: ignore[arg-type]
        subject=subject_of(answers),
        content=answers["content"],
        association_rule=answers["rule"],
        until=answers["until"],
    )
    setattr(body, "from", answers["since"])
    return pb.Supervision(association_note=body)

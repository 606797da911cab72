"""Reading what associations say of their members (查阅行业自律信息): everybody may.

It is never answered without what it is: ``STANDING`` goes with every page, for 行业自律信息 is not 公共信用信
息 (公共信用信息 is what organs of state and those whom law empowers produce in their duties), and no verdict,
record or report of credit holds any of it.

Example: a member of 示例食品行业协会 since 2026-01-01, with a breach of its 自律公约 on 2026-11-02.
"""

from __future__ import annotations

from datetime import date

from registry.access.identity import Caller
from registry.commands.ask import Ask
from registry.commands.supervision.file_pages import FilePages, Listing
from registry.domain.identifiers import normalise
from registry.store.interface import FileFilter
from registry.v1 import matter_service_pb2 as pb
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_ASSOCIATION_NOTE

STANDING = (
    "行业自律信息由行业协会商会自行登记和负责, 不属于公共信用信息, 不影响任何查询结论, 不得据以限制任何单位。"
)


class AssociationNotes:
    """Reads notes as of now."""

    def __init__(self, ask: Ask) -> None:
        self._pages = FilePages(ask)

    def page(
        self, caller: Caller, request: pb.ListAssociationNotesRequest, on: date | None
    ) -> tuple[list[pb.AssociationNoteEntry], str]:
        """Notes, the one first stated last first, and the token of the next page. Raises RegistryError."""

        def entry(file: SupervisionFile, day: date) -> pb.AssociationNoteEntry | None:
            until = file.acts[-1].until
            if request.kind not in (0, file.variant):
                return None
            if until and until < day.isoformat() and not request.with_ended:
                return None
            return self._note(file)

        subject = normalise(request.subject)
        filters = (
            "association-notes", caller.uri, request.association, subject, str(request.kind), request.on,
            str(request.with_ended),
        )  # fmt: skip
        wanted = FileFilter((FILE_KIND_ASSOCIATION_NOTE,), department=request.association, subject=subject)
        listing = Listing(filters, request.page_token, request.page_size, on)
        return self._pages.page(listing, wanted, entry)

    def _note(self, file: SupervisionFile) -> pb.AssociationNoteEntry:
        act = file.acts[-1]
        return pb.AssociationNoteEntry(
            association=file.file.department,
            association_name=self._pages.name(file.file.department),
            note=self._pages.texts(act.position).association_note,
            position=act.position,
        )

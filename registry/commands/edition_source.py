"""Which edition a request means (目录版本的来源): one the registry holds, or files that may become one.

An edition is named by its hash or its label. A label means the edition that was adopted here under it; where
none was, it means a draft or what comes with the program, and has to mean one content alone.

Files may leave out what an edition of the registry has: those of ``base`` are taken over where none of the
files has their name. The files of a shipped edition come with the program; those of a drafted one stand in
its statement, in the log.

Example: files ``edition.yaml`` and ``measures-procurement.yaml`` over base ``2026.2`` are the draft of an
edition that changes procurement alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files as resources

from google.protobuf.message import DecodeError

from registry.commands.intake import open_envelope
from registry.commands.state import RegistryState
from registry.domain.faults import Fault
from registry.domain.quoting import quoted
from registry.editions import files_of, shipped_editions
from registry.errors import RegistryError
from registry.provenance.vault import VaultError
from registry.sanctions.catalogue.drafts import FILE_NAME, MAX_BYTES, MAX_FILES, parse_files
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import CatalogueError
from registry.store.interface import StoreError
from registry.v1 import catalogue_service_pb2 as pb
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.statement_pb2 import EditionFile, Statement

Files = dict[str, str]


class EditionSources:
    """The editions of a registry and the files they are made of."""

    def __init__(self, state: RegistryState) -> None:
        self._state = state

    def resolve(self, source: pb.EditionSource, field: str) -> Edition:
        """The edition a request means. Raises RegistryError, for faulty files with every fault."""
        if source.WhichOneof("source") == "edition":
            return self.named(source.edition, f"{field}.edition")
        files = self.files_meant(source, field)
        try:
            return parse_files(_messages(files))
        except CatalogueError as error:
            raise _faulty(error, f"{field}.files") from error

    def files_meant(self, source: pb.EditionSource, field: str) -> Files:
        """The files a request means, with those of their base. Raises RegistryError."""
        match source.WhichOneof("source"):
            case "edition":
                return self.files_of(self.named(source.edition, f"{field}.edition"))
            case "files":
                files = checked_files(source.files.files, f"{field}.files.files")
                if not source.files.base:
                    return files
                base = self.files_of(self.named(source.files.base, f"{field}.files.base"))
                return base | files
            case _:
                message = "缺少目录版本: 请给出版本号或者文件。"
                raise RegistryError.of(reasons.ERROR_REASON_FIELD_REQUIRED, message, field)

    def named(self, name: str, field: str) -> Edition:
        """The edition with a hash or a label. Raises RegistryError EDITION_UNKNOWN, or EDITION_FAULTY for a
        draft of before that is read more strictly now."""
        state = self._state
        if name in state.editions or state.book.case(name):
            return self._content(name, field)
        labelled = self._labelled(name)
        if not name or not labelled:
            message = f"登记系统没有目录版本{quoted(name)}。" if name else "缺少目录版本。"
            raise RegistryError.of(reasons.ERROR_REASON_EDITION_UNKNOWN, message, field)
        if len(labelled) > 1:
            hashes = "、".join(labelled)
            message = (
                f"版本号{quoted(name)}指{len(labelled)}个内容不同的目录版本; 请用内容哈希指明: {hashes}。"
            )
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, field)
        return self._content(labelled[0], field)

    def _labelled(self, name: str) -> list[str]:
        """Hashes of the editions with a label: the one that was adopted, otherwise each draft and the one
        that comes with the program."""
        cases = [case for case in self._state.book.cases() if case.label == name]
        if adopted := [case.edition for case in cases if case.adopted is not None]:
            return adopted
        held = list(self._state.editions.values())  # The log may add one meanwhile.
        shipped = [edition.hash for edition in held if edition.label == name]
        return list(dict.fromkeys([*(case.edition for case in cases), *shipped]))

    def _content(self, edition: str, field: str) -> Edition:
        try:
            return self._state.edition(edition)
        except CatalogueError as error:
            raise _faulty(error, field) from error

    def files_of(self, edition: Edition) -> Files:
        """The files that make an edition of the registry. Raises StoreError if they are not at hand."""
        if edition.hash in shipped_editions():
            return files_of(resources("registry.sanctions").joinpath("editions", edition.label))
        case = self._state.book.case(edition.hash)
        if case is None or case.drafted is None:
            raise StoreError(f"没有目录版本 {edition.label} 的文件")
        return {file.name: file.content for file in self._drafted(case.drafted.position)}

    def _drafted(self, position: int) -> Iterable[EditionFile]:
        log = self._state.log
        row = log.store.statement(position)
        if row is None:
            raise StoreError(f"存储被改动: 没有序号{position}的目录版本草案")
        try:
            payload = open_envelope(row, log).payload
            return Statement.FromString(payload).edition_draft.files
        except (VaultError, DecodeError) as error:
            raise StoreError(f"序号{position}的目录版本草案不能读取") from error


def checked_files(files: Iterable[EditionFile], field: str, *, folder: str = "") -> Files:
    """Files by their names, which may stand in one folder. Raises RegistryError unless they are few, and
    each has a name of its own."""
    files = list(files)
    if not 0 < len(files) <= MAX_FILES:
        message = f"应有1至{MAX_FILES}个文件, 这里有{len(files)}个。"
        raise RegistryError.of(reasons.ERROR_REASON_TOO_LARGE, message, field)
    if sum(len(file.content.encode()) for file in files) > MAX_BYTES:
        raise RegistryError.of(reasons.ERROR_REASON_TOO_LARGE, f"文件合计超过{MAX_BYTES}字节。", field)
    found: Files = {}
    for number, file in enumerate(files):
        if not FILE_NAME.fullmatch(file.name.removeprefix(folder)) or file.name in found:
            message = f"文件名{quoted(file.name)}重复, 或者不是以 .yaml 结尾的文件名(不含目录)。"
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, f"{field}[{number}].name")
        found[file.name] = file.content
    return found


def _faulty(error: CatalogueError, field: str) -> RegistryError:
    faulty = reasons.ERROR_REASON_EDITION_FAULTY
    return RegistryError([Fault(faulty, field, str(each)) for each in error.faults])


def _messages(files: Files) -> list[EditionFile]:
    return [EditionFile(name=name, content=content) for name, content in files.items()]

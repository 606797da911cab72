"""Organisations by a name they bear or bore, or by their code (查单位), for everybody.

A question that is a code finds that organisation, if anything was ever stated about it; any other is a name,
of two characters or more. A natural person's number finds nobody, and the answer says why.

Example: ``91130902DEM000010X`` and 澄梧 both find 沧州澄梧建筑工程(示例)有限公司, the code with the score 1.
"""

from __future__ import annotations

from registry.commands.ask import MAX_IDENTIFIER
from registry.commands.name_search import MAX_NAME, NameFound, search
from registry.commands.names_borne import NAMELESS, names_of
from registry.commands.state import RegistryState
from registry.domain.identifiers import code_faults, normalise
from registry.domain.quoting import names_somebody
from registry.errors import RegistryError
from registry.names import searchable
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC

DEFAULT_SIZE = 20
MAX_SIZE = 50
_SHORTEST = 2


def find_organisations(state: RegistryState, query: str, size: int) -> list[NameFound]:
    """The organisations that a question may mean, the nearest first, at most ``size`` (0: twenty). Raises
    RegistryError."""
    code = normalise(query) if len(query) <= MAX_IDENTIFIER else ""
    if code and not code_faults(IDENTIFIER_TYPE_USCC, code):
        return _by_code(state, code)
    if names_somebody(query[: MAX_NAME + 1]):
        message = "自然人的信息不公示, 不能在这里查询。"
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "query")
    if len(query) > MAX_NAME or len(searchable(query)) < _SHORTEST:
        message = f"请填写单位名称({_SHORTEST}至{MAX_NAME}字)或者统一社会信用代码。"
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "query")
    return search(state, query, min(size or DEFAULT_SIZE, MAX_SIZE))


def _by_code(state: RegistryState, code: str) -> list[NameFound]:
    record, position = state.index.get(code), state.index.position
    if record is None or not record.known_at(position):
        return []
    name = names_of(state, [code], position).get(code, NAMELESS).current
    return [NameFound(code, name, 1.0, former=False)]

"""How old what a process has in memory may be (新鲜度).

Beyond that it answers nothing: a ban that it has not seen would read as CLEAR.
"""

from __future__ import annotations

from registry.errors import RegistryError
from registry.v1 import error_reason_pb2 as reasons

MAX_STALE_S = 5.0
"""How old the last look may be that found nothing in the store which was not taken into account."""


def require_recent(stale_s: float, most_s: float = MAX_STALE_S) -> None:
    """Raises RegistryError (INDEX_STALE) if a look is older than is borne."""
    if stale_s > most_s:
        message = f"本进程已有{stale_s:.0f}秒未能跟上存储, 不能作答; 请稍后重试。"
        raise RegistryError.of(reasons.ERROR_REASON_INDEX_STALE, message)

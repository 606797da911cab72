"""How old what a process has in memory may be (新鲜度).

Beyond that it answers nothing: a ban that it has not seen would read as CLEAR.
"""

from __future__ import annotations

from registry.errors import RegistryError
from registry.v1 import error_reason_pb2 as reasons

MAX_STALE_S = 5.0
"""How old the last look may be that found nothing in the store which was not taken into account."""
ACKNOWLEDGED_S = 0.25
"""How long a look waits until what it found is acknowledged: the writer is about to say so, or it is gone."""
MOMENT_S = 0.001


def require_recent(stale_s: float, most_s: float = MAX_STALE_S) -> None:
    """Raises RegistryError (INDEX_STALE) if a look is older than is borne."""
    if stale_s > most_s:
        message = f"本进程已有{stale_s:.0f}秒未能跟上存储, 不能作答; 请稍后重试。"
        raise RegistryError.of(reasons.ERROR_REASON_INDEX_STALE, message)


def not_all_read() -> RegistryError:
    """What is told where something is known to be missing (INDEX_STALE): it may be a ban."""
    message = "本进程尚未读到最近确认的陈述, 不能作答; 请稍后重试。"
    return RegistryError.of(reasons.ERROR_REASON_INDEX_STALE, message)

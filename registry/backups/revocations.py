"""What an operator is told of the lists of what is revoked, once a backup was put back into a new directory.

A list that is not the newest lets in again whoever was revoked since; one that is not there shuts everybody
out until it is made again, and then says nothing of those who were on it. Neither may pass without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from registry.access.revocation import RevocationError, lists_in
from registry.config import Config
from registry.domain.periods import CHINA

_AGAIN = "registry certificate setup --anew 重新建立, 再以 registry certificate revoke 重新吊销此前的全部证书"


def revocations_told(config: Config, taken: datetime) -> Iterator[str]:
    """A line for each list of a configuration: of when it is, or what must be revoked again. ``taken`` is
    when the backup was."""
    path = config.revoked_certificates
    if path and path.exists():
        yield f"证书吊销名单{_as_of(path)}: 此后吊销的证书须再吊销 (registry certificate revoke)"
    elif path:
        yield f"缺少证书吊销名单 {path}: 须放回, 或以 {_AGAIN}"
    if config.tokens and config.tokens.revoked.exists():
        yield f"令牌吊销名单是 {taken:%Y-%m-%d %H:%M} 的: 此后吊销的令牌须再吊销 (registry token revoke)"
    elif config.tokens:
        yield f"缺少令牌吊销名单 {config.tokens.revoked}: 须放回, 或以 registry token revoke 重新吊销"


def _as_of(path: Path) -> str:
    try:
        lists = lists_in(path.read_bytes())
    except (OSError, RevocationError):
        return f" {path} 不能读取"
    at = min(each.last_update_utc for each in lists).astimezone(CHINA)
    return f"截至 {at:%Y-%m-%d %H:%M} ({sum(map(len, lists))} 张)"

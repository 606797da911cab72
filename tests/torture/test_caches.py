"""Nothing that a server keeps grows with who calls it: caches have bounds, or hold what there are few of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from registry.access.certificate_door import PEER_CERTIFICATE_PROPERTY
from registry.access.identity import PEER_URI_PROPERTY, Caller, CallerRole
from registry.servicer.gate import MAX_CALLERS, Gate
from tests.support.served import Authority
from tests.support.spine import ORIGIN

ROOT = Path(__file__).resolve().parents[2]
FEW = {
    "registry/at_once.py",
    "registry/editions.py",
    "registry/load/door.py",
    "registry/load/refusals.py",
    "registry/names.py",
    "registry/provenance/libcrypto.py",
    "registry/store/definitions.py",
    "registry/store/postgres_hosts.py",
    "registry/store/versions.py",
    *(
        f"clients/registry_web/{name}.py"
        for name in (
            "gateway/answers", "gateway/comments", "gateway/description", "gateway/examples",
            "gateway/json_message", "gateway/pages", "gateway/rules", "pages", "portal/words",
        )
    ),
}  # fmt: skip
"""Where `functools.cache` may be used: there are few methods, kinds of messages, editions, pages."""


def unbounded(path: Path) -> Iterator[str]:
    """Uses of a cache without a bound."""
    text = path.read_text("utf-8")
    for node in ast.walk(ast.parse(text)) if "cache" in text else ():
        if isinstance(node, ast.FunctionDef):
            for each in node.decorator_list:
                told = ast.unparse(each)
                if told in ("cache", "functools.cache") or ("lru_cache" in told and "None" in told):
                    yield str(path.relative_to(ROOT))


def test_caches_without_a_bound_are_those_of_which_there_are_few() -> None:
    files = [*(ROOT / "registry").rglob("*.py"), *(ROOT / "clients/registry_web").rglob("*.py")]
    assert {name for path in files if "v1" not in path.parts for name in unbounded(path)} == FEW


def test_names_of_callers_are_kept_within_bounds(tmp_path: Path) -> None:
    gate = Gate(ORIGIN, 1)
    own = Authority.new(tmp_path / "authority").client(Caller(CallerRole.AUDITOR, "a", ORIGIN).uri)
    for number in range(MAX_CALLERS + 10):
        name = Caller(CallerRole.PROCUREMENT_SYSTEM, f"s{number}", ORIGIN)
        told = {PEER_URI_PROPERTY: [name.uri.encode()], PEER_CERTIFICATE_PROPERTY: [own.certificate]}
        assert gate._caller(told) == name
    assert len(gate._callers) <= MAX_CALLERS

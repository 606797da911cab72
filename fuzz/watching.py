"""Which code guides the search: of all modules of this project, those that a target names.

atheris takes whole top-level packages or a list of modules to leave alone; the latter is made here. Without
atheris nothing is watched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any, cast

_ROOT = Path(__file__).resolve().parents[1]
_PACKAGES = {
    "registry": _ROOT / "registry",
    "registry_client": _ROOT / "clients" / "registry_client",
    "registry_papers": _ROOT / "clients" / "registry_papers",
    "registry_web": _ROOT / "clients" / "registry_web",
}


def engine() -> ModuleType | None:
    """atheris, or None where it is not installed."""
    try:
        import atheris  # type: ignore[import-untyped, unused-ignore]
    except ImportError:  # No wheel for this platform.
        return None
    return cast("ModuleType", atheris)


def watching(found: Any, prefixes: tuple[str, ...]) -> AbstractContextManager[Any]:
    """While this lasts, modules that begin with one of these prefixes are imported watched."""
    if found is None or not prefixes:
        return nullcontext()
    left = [module for module in _modules() if not module.startswith(prefixes)]
    return found.instrument_imports(include=list(_PACKAGES), exclude=left)  # type: ignore[no-any-return]


def packages() -> dict[str, Path]:
    """The packages of the product, and where each lies."""
    return dict(_PACKAGES)


def _modules() -> Iterator[str]:
    for name, directory in _PACKAGES.items():
        for path in directory.rglob("*.py"):
            parts = path.relative_to(directory).with_suffix("").parts
            yield ".".join((name, *(part for part in parts if part != "__init__")))

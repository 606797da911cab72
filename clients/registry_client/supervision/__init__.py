"""Supervision during and after approval (事中事后监管): acts, files, what is due.

    desk = registry.supervision
    statement = numbered_statement(numbering, origin=…, department=…, body=Supervision(inspection=visit))
    desk.take(seal(statement, first_inspector, second_inspector))
    view = desk.file(FILE_KIND_INSPECTION, "11130900DEM0000106", "JC-7")
    for duty in desk.obligations(overdue_only=True).obligations:
        print(duty.due_on, duty.task)

What one power has beside is in a module of its own: ``matters``, ``draws``, ``inspections``, ``evidence``,
``referrals``, ``complaints``, ``monitoring``, ``accountability``.

Nothing is imported with the package itself: a draw is repeated where there is no network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry_client.supervision.desk import SupervisionDesk

__all__ = ["SupervisionDesk"]


def __getattr__(name: str) -> Any:
    """Fetches the public name from its module (PEP 562)."""
    if name != "SupervisionDesk":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from registry_client.supervision.desk import SupervisionDesk

    return SupervisionDesk

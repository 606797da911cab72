"""What befalls disk, process and clock, and how often (``make torture``)."""

from __future__ import annotations

from torture.disk import power, shim
from torture.fault import Fault

FAULTS = (
    Fault("power loss", 220, 3, power.power_loss, shim.missing),
    Fault("torn writes", 100, 2, power.torn_writes, shim.missing),
)

"""What befalls disk, process and clock, and how often (``make torture``)."""

from __future__ import annotations

from torture.disk import alone, behind, clock, commands, kills, power, shim, trouble
from torture.fault import Fault

FAULTS = (
    Fault("power loss", 220, 3, power.power_loss, shim.missing, power.CUTS),
    Fault("torn writes", 100, 2, power.torn_writes, shim.missing, power.CUTS),
    Fault("full disk", 50, 1, trouble.full_disk, shim.missing),
    Fault("failing writes", 40, 0, trouble.failing_writes, shim.missing),
    Fault("failing syncs", 40, 1, trouble.failing_syncs, shim.missing),
    Fault("short writes", 10, 0, trouble.short_writes, shim.missing),
    Fault("slow disk", 15, 0, trouble.slow_disk, shim.missing),
    Fault("slow disk, served", 10, 0, kills.slow_disk, shim.missing),
    Fault("kill in a batch", 30, 0, alone.kill_in_batch),
    Fault("kill in a map state", 20, 0, alone.kill_in_map),
    Fault("second process", 10, 0, alone.second_process),
    Fault("kill backup", 15, 0, commands.kill_backup),
    Fault("kill index", 15, 0, commands.kill_index),
    Fault("kill rebuild", 10, 0, commands.kill_rebuild),
    Fault("kill migrate", 10, 0, commands.kill_migrate),
    Fault("kill export", 10, 0, commands.kill_export),
    Fault("kill import", 10, 0, commands.kill_import),
    Fault("power loss, init", 10, 0, behind.behind_init, shim.missing),
    Fault("power loss, backup", 10, 0, behind.behind_backup, shim.missing),
    Fault("power loss, index", 10, 0, behind.behind_index, shim.missing),
    Fault("kill server", 40, 0, kills.kill_server),
    Fault("kill writer", 20, 0, kills.kill_writer),
    Fault("kill reader", 10, 0, kills.kill_reader),
    Fault("kill supervisor", 15, 0, kills.kill_supervisor),
    Fault("hold writer", 10, 0, kills.hold_writer),
    Fault("hold reader", 10, 0, kills.hold_reader),
    Fault("clock jumps forth", 30, 0, clock.jump_forth, shim.missing),
    Fault("clock jumps back", 30, 1, clock.jump_back, shim.missing),
    Fault("clock jumps about", 20, 0, clock.jumps, shim.missing),
)

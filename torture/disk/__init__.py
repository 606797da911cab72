"""Faults of the disk, the process and the clock (see ``torture.fault``)."""

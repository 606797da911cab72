"""Faults of the network and of the database (see ``torture.fault``)."""

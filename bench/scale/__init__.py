"""What the registry needs beyond one machine: a model from measured costs, and simulations.

    python -m bench.scale             the model's tables and the simulations (seconds; no store, no server)
    python -m bench.scale.measure     the costs that it starts from, on real stores of both engines (minutes)

    costs        what a statement, a subject and a check cost, each measured, computed or assumed, with where
    model        machines, disk, memory and network for a load and years
    simulation   the one writer with its group commit, reading processes, replicas that lag: discrete events
    printed      the tables that docs/scale.md shows; a test holds them against the document

Everything but ``measure`` is pure: the same figures give the same tables, a seed the same simulation.
"""

"""Real parts for tests: an installation on disk, its engine, a served registry, a clock that is set."""

"""A verdict explained step by step, from the predicates that decide it (逐步说明)."""

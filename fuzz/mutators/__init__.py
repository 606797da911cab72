"""Changes to an input by its form, so that it gets past the first check."""

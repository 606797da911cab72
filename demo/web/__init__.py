"""The web faces on a registry with something in it: for ``make serve-web`` and ``make screenshots``."""

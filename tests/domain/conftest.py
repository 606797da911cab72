"""How properties are searched: without a time limit for each example, which a busy machine would exceed."""

from hypothesis import settings

settings.register_profile("registry", deadline=None)
settings.load_profile("registry")

"""Faults, counted (``make torture``): what is broken, how often, and what was lost by it.

Needs a development installation (``make setup``). Nothing here is part of the distribution.
"""

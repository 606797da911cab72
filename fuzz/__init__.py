"""Fuzzing (``make fuzz``): inputs nobody sane would send, to every parser that reads what others wrote.

Needs a development installation (``make setup``). Nothing here is part of the distribution.
"""

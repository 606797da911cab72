"""Pure data of the registry: identifiers, document numbers, periods, scopes and departments.

Nothing here reads a clock, a file or a random source: times and codes are arguments. The clients use
this package too, so that a code is judged in the same words at the clerk's desk and at the registry.
"""

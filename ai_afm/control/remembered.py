"""Results of pure functions of values that never change, kept so that they are computed once.

A controller has no memory: what it says follows from the survey alone, and would be the same
without this. But a survey grows by one observation at a time, and shares all others with the one
before.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

PLAIN = (float, int, str, bytes, type(None))
"""Told apart by their value; all else by being the same object."""


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep the results of the last `most` different calls of a pure function.

    The arguments are positional and must be immutable: plain values, tuples of them, or frozen
    objects, which are told apart by identity (and are kept alive so long). The result is handed out
    again and must not be changed either.

    Examples
    --------
    >>> @remembered(most=2)
    ... def length(points):
    ...     print("measured")
    ...     return len(points)
    >>> length((1, 2)), length((1, 2))
    measured
    (2, 2)
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        kept: OrderedDict[Any, tuple[Any, T]] = OrderedDict()

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            key = tuple(map(_key, args))
            found = kept.get(key)
            if found is None:
                # the arguments are kept with the result, so that their identities stay theirs
                found = kept[key] = args, function(*args, **kwargs)
                if len(kept) > most:
                    kept.popitem(last=False)
            else:
                kept.move_to_end(key)
            return found[1]

        return call

    return decorate


def _key(value: object) -> object:
    if isinstance(value, PLAIN):
        return value
    return tuple(map(_key, value)) if type(value) is tuple else id(value)

"""LRU caches bounded by bytes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, ParamSpec, TypeVar

import pandas as pd
import pyarrow as pa
from cachetools import LRUCache, cached
from cachetools.keys import hashkey

P = ParamSpec("P")
T = TypeVar("T")
_LEAST = 500  # bytes of overhead per entry


def memoize_by_bytes(
    most: int, make: Callable[P, T], key: Callable[..., Hashable] = hashkey
) -> Callable[P, T]:
    """Memoize a function in an LRU cache bounded by bytes."""
    found: Callable[P, T] = cached(LRUCache(most, size), key=key, lock=Lock())(make)
    return found


def size(value: Any) -> int:
    """The approximate size of an answer in bytes."""
    if isinstance(value, pd.DataFrame):
        return _LEAST + int(value.memory_usage(deep=True).sum())
    if isinstance(value, pa.Table):
        return _LEAST + int(value.nbytes)
    return sum(map(size, value)) if isinstance(value, tuple) else _LEAST

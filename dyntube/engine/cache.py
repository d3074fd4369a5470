"""LRU caches bounded by bytes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar

import pandas as pd
import pyarrow as pa
from cachetools import LRUCache, cached
from cachetools.keys import hashkey

P = ParamSpec("P")
T = TypeVar("T")
_LEAST = 500  # bytes of overhead per entry


@dataclass(frozen=True)
class CacheUse:
    """How many `bytes` a cache holds, and how often an answer was there, or had to be made."""

    bytes: int
    hits: int
    misses: int


class Memoized(Generic[P, T]):
    """A function memoized in an LRU cache bounded by bytes; thread-safe."""

    def __init__(
        self, most: int, make: Callable[P, T], key: Callable[..., Hashable] = hashkey
    ) -> None:
        self._call = cached(LRUCache(most, size), key=key, lock=Lock(), info=True)(make)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """What the function returns, or has returned."""
        found: T = self._call(*args, **kwargs)
        return found

    def use(self) -> CacheUse:
        """How it is used so far."""
        info = self._call.cache_info()
        return CacheUse(int(info.currsize), info.hits, info.misses)


def size(value: Any) -> int:
    """The approximate size of an answer in bytes."""
    if isinstance(value, pd.DataFrame):
        return _LEAST + int(value.memory_usage(deep=True).sum())
    if isinstance(value, pa.Table):
        return _LEAST + int(value.nbytes)
    return sum(map(size, value)) if isinstance(value, tuple) else _LEAST

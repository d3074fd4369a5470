"""Reproducible randomness: the same numbers and texts on every machine and in every process."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_ALPHABET = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8
)


def generator(seed: int, day: dt.date) -> np.random.Generator:
    """The random generator of one day."""
    digest = hashlib.blake2b(f"{seed} {day.isoformat()}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


def mix(numbers: npt.NDArray[Any], purpose: int) -> Words:
    """A 64-bit hash of each number, independent for each purpose."""
    x = numbers.astype(np.uint64) + np.uint64((purpose * 0x9E3779B97F4A7C15) % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def fraction(numbers: npt.NDArray[Any], purpose: int) -> Floats:
    """A fixed number in [0, 1) for each number and purpose."""
    return (mix(numbers, purpose) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def one_fraction(number: int, purpose: int) -> float:
    return float(fraction(np.array([number % 2**64], np.uint64), purpose)[0])


def texts(numbers: npt.NDArray[Any], length: int, purpose: int, prefix: str = "") -> pa.Array:
    """A text such as `kQdFThzl6e` for each number, distinct for numbers below 64**length."""
    bits = np.uint64(6 * length)
    mask = np.uint64(2 ** (6 * length) - 1)
    x = (numbers.astype(np.uint64) + np.uint64(purpose * 977)) & mask
    for factor in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9):
        x = (x * np.uint64(factor)) & mask
        x ^= x >> (bits // np.uint64(2))
    letters = np.empty((len(x), len(prefix) + length), np.uint8)
    letters[:, : len(prefix)] = np.frombuffer(prefix.encode(), np.uint8)
    for place in range(length):
        six = (x >> np.uint64(6 * place)) & np.uint64(63)
        letters[:, len(prefix) + place] = _ALPHABET[six.astype(np.intp)]
    ends = np.arange(len(x) + 1, dtype=np.int32) * np.int32(letters.shape[1])
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(letters.reshape(-1))]
    return pa.Array.from_buffers(pa.string(), len(x), buffers)


def choose(weights: npt.ArrayLike, draws: npt.NDArray[Any]) -> Ints:
    """The index of the weighted option each draw in [0, 1) falls on."""
    edges = np.cumsum(np.asarray(weights, np.float64))
    if edges[-1] <= 0:
        raise ValueError("no option has any weight")
    return np.searchsorted(edges / edges[-1], draws, side="right").clip(0, len(edges) - 1)

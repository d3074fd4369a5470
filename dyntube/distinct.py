"""How many different values there are, in all and in each row of an answer. Never estimated.

To sort whole numbers and see where they change takes a third of what a hash table takes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Numbers = NDArray[np.int32 | np.int64]


class Seen:
    """Values of views, and for each the number of its group: the same values in stored columns."""

    def __init__(self) -> None:
        self._values: list[Numbers] = []
        self._numbers: list[Numbers] = []
        self._groups: list[pa.Table] = []
        self._next = 0

    def add(self, rows: pa.Table) -> None:
        """Add what a statement of `sql.seen` gave."""
        *names, value = rows.column_names
        self._values.append(rows[value].to_numpy())
        if names:
            numbers, groups = _grouped(rows.select(names))
            self._numbers.append(numbers + self._next)
            number = pa.array(np.arange(self._next, self._next + len(groups)))
            self._groups.append(groups.append_column("number", number))
            self._next += len(groups)

    def groups(self) -> pa.Table:
        """The stored columns of each group, labels as text, and its `number`."""
        return pa.concat_tables(self._groups)

    def total(self) -> int:
        """How many different values there are."""
        return _different(np.concatenate(self._values))

    def by_row(self, rows: pa.ChunkedArray) -> NDArray[np.int64]:
        """How many there are in each row, of which a list of the numbers of groups is given."""
        lists = rows.combine_chunks()
        small = np.min_scalar_type(len(lists))  # which sorts faster
        row_of_group = np.zeros(self._next, small)
        row_of_group[lists.flatten().to_numpy()] = np.repeat(
            np.arange(len(lists)), lists.value_lengths().to_numpy()
        )
        row = row_of_group[np.concatenate(self._numbers)]
        values = np.concatenate(self._values)[np.argsort(row, kind="stable")]
        ends = np.bincount(row, minlength=len(lists)).cumsum()
        return np.array([_different(piece) for piece in np.split(values, ends)[:-1]], np.int64)


def _grouped(columns: pa.Table) -> tuple[Numbers, pa.Table]:
    """The number of each row's group, and what groups have in these columns, in that order."""
    encoded = [_encoded(columns[name]) for name in columns.column_names]
    numbers, texts = encoded[0]
    different: Numbers = np.arange(len(texts))
    for indices, texts in encoded[1:]:
        numbers = numbers.astype(np.int64) * len(texts) + indices
    if len(encoded) > 1:
        numbers, different = pd.factorize(numbers)
    found: list[pa.Array] = []
    for _, texts in reversed(encoded):
        different, index = np.divmod(different, len(texts))
        found.insert(0, texts.take(pa.array(index)))
    return numbers, pa.table(found, names=columns.column_names)


def _encoded(column: pa.ChunkedArray) -> tuple[Numbers, pa.Array]:
    """The place of each value among the different ones, and these; null comes last."""
    if pa.types.is_dictionary(column.type):
        dictionary = column.unify_dictionaries().combine_chunks()
    else:
        dictionary = column.combine_chunks().dictionary_encode()
    values = dictionary.dictionary
    indices = dictionary.indices.cast(pa.int32()).fill_null(len(values)).to_numpy()
    return indices, pa.concat_arrays([values, pa.nulls(1, values.type)])


def _different(values: Numbers) -> int:
    """How many different numbers there are, which are put in order."""
    values.sort()
    changes = int(np.count_nonzero(values[1:] != values[:-1]))
    return changes + 1 if len(values) else 0

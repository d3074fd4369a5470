"""Exact distinct counts, in total and by row of an answer.

Small ids are marked in a boolean table; larger ones are sorted and changes counted, in a third of
the time that a hash table takes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Numbers = NDArray[np.int32 | np.int64]
CELLS_PER_VIEW = 16  # of the table, at most: above it, sorting is faster
_VALUES = ("value", "unnumbered")


class DistinctCounter:
    """Collects values of views, and for each its group: views with the same stored columns."""

    def __init__(self) -> None:
        self._values: list[Numbers] = []
        self._numbers: list[Numbers] = []
        self._groups: list[pa.Table] = []
        self._next = 0

    def add(self, rows: pa.Table) -> None:
        """Add the rows of `sql.distinct_values`. Only the last call may have unnumbered values."""
        self._values.append(rows["value"].fill_null(0).to_numpy())
        if "unnumbered" in rows.column_names:
            self._number(rows["unnumbered"])
        if columns := [name for name in rows.column_names if name not in _VALUES]:
            numbers, groups = _grouped(rows.select(columns))
        else:
            numbers, groups = np.zeros(len(rows), np.int32), pa.table({"all": [None]})
        self._numbers.append(numbers + self._next)
        number = pa.array(np.arange(self._next, self._next + len(groups)))
        self._groups.append(groups.append_column("number", number))
        self._next += len(groups)

    def groups(self) -> pa.Table:
        """The stored columns of each group, dictionaries decoded, and its `number`."""
        return pa.concat_tables(self._groups)

    def total(self) -> int:
        """The number of distinct values."""
        return int(self._distinct_counts(np.zeros(self._next, np.int64), 1)[0])

    def counts_by_row(self, groups: pa.Table) -> tuple[pa.Table, NDArray[np.int64]]:
        """Merge groups into rows that agree in all columns but `number`.

        Returns the rows, and the number of distinct values in each.
        """
        row, rows = _grouped(groups.drop(["number"]))
        row_of_group = np.zeros(self._next, np.int64)
        row_of_group[groups["number"].to_numpy()] = row
        return rows, self._distinct_counts(row_of_group, len(rows))

    def _number(self, unnumbered: pa.ChunkedArray) -> None:
        """Assign the next numbers to the unnumbered among the values added last."""
        new, _ = pd.factorize(unnumbered.drop_null().to_numpy())
        numbers = self._values[-1].copy()
        numbers[unnumbered.is_valid().to_numpy()] = new + self._width()
        self._values[-1] = numbers

    def _width(self) -> int:
        """One more than the largest value."""
        return 1 + max((int(values.max(initial=-1)) for values in self._values), default=-1)

    def _distinct_counts(self, row_of_group: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
        least = min((int(values.min(initial=0)) for values in self._values), default=0)
        width = self._width()
        views = sum(len(values) for values in self._values)
        if least < 0 or rows * width > CELLS_PER_VIEW * views:
            return self._sorted(row_of_group, rows)
        cells, starts = np.zeros(rows * width, np.bool_), row_of_group * width
        for values, numbers in zip(self._values, self._numbers, strict=True):
            cells[starts[numbers] + values] = True
        return np.array([np.count_nonzero(row) for row in cells.reshape(rows, width)], np.int64)

    def _sorted(self, row_of_group: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
        small = np.min_scalar_type(rows)  # it sorts faster
        row = row_of_group.astype(small)[np.concatenate(self._numbers)]
        values = np.concatenate(self._values)[np.argsort(row, kind="stable")]
        ends = np.bincount(row, minlength=rows).cumsum()
        return np.array([_changes(piece) for piece in np.split(values, ends)[:-1]], np.int64)


def _grouped(columns: pa.Table) -> tuple[Numbers, pa.Table]:
    """The group number of each row, and the columns of each group in the given order."""
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
    """Codes into the distinct values, and these; null comes last."""
    if pa.types.is_dictionary(column.type):
        dictionary = column.unify_dictionaries().combine_chunks()
    else:
        dictionary = column.combine_chunks().dictionary_encode()
    values = dictionary.dictionary
    indices = dictionary.indices.cast(pa.int32()).fill_null(len(values)).to_numpy()
    return indices, pa.concat_arrays([values, pa.nulls(1, values.type)])


def _changes(values: Numbers) -> int:
    """The number of distinct values; sorts them in place."""
    values.sort()
    changes = int(np.count_nonzero(values[1:] != values[:-1]))
    return changes + 1 if len(values) else 0

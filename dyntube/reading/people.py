"""Viewer ids, and the placeholders that client code sends when it knows nobody."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

# How scripts and templates spell "no value", quoted or not. RE2, as Arrow and SQL engines share it;
# to be matched in full, ignoring case.
NOBODY = (
    r"""\s*["']?\s*("""
    r"undefined|null|\(null\)|<null>|nil|none|nan|n/a|void 0|false|true|"
    r"unknown|anonymous|anonymoususer|anon|guest|not[ _-]?set|\(not set\)|not[ _-]?logged[ _-]?in|"
    r"\[object [a-z]+\]|[-_.?]*|-1|0|[0-]{8,}|"
    r"\{+[^{}]*\}+|\$\{[^{}]*\}|%%?[^%]*%%?|<%.*%>|\[\[.*\]\]|<[a-z_ -]*>|:?your[ _-]?user[ _-]?id"
    r""")\s*["']?\s*"""
)
_WHOLE = f"^(?:{NOBODY})$"


def somebody(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """The ids, with placeholders as null."""
    nobody = pc.match_substring_regex(ids, _WHOLE, ignore_case=True)
    if not pc.any(nobody).as_py():
        return ids
    return pc.if_else(nobody, pa.scalar(None, pa.string()), ids)

"""The files that clicks have made, each for those who may see what it was made of.

Streamlit serves such a file to whoever knows its address.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from ..query.access import Access

_REMEMBERED = 10_000  # Streamlit drops a file soon after its page
_lock = threading.Lock()
_made: OrderedDict[str, frozenset[Access]] = OrderedDict()


def note(id_: str, access: Access) -> None:
    """Remember what a reader may see who had a file made."""
    with _lock:
        _made[id_] = _made.pop(id_, frozenset()) | {access}
        while len(_made) > _REMEMBERED:
            _made.popitem(last=False)


def may_load(id_: str, access: Access) -> bool:
    """Whether a file is for somebody with this access; an admin may see as its maker does."""
    with _lock:
        return access.is_admin or access in _made.get(id_, ())

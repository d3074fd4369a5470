"""The icons of our pages and of Streamlit's own parts, as a font: Streamlit's has 4,000 in 375 kB.

`python -m tests.icons` writes it. Do that when a page has a new icon, or Streamlit a new version.
"""

from __future__ import annotations

import re
import string
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from dyntube.ui.server.static_files import ICONS
from dyntube.ui.streamlit_internals import icon_font, static_folder

ROOT = Path(__file__).parents[1]
FILE = ROOT / "static" / ICONS
_TYPED = string.ascii_lowercase + string.digits + "_ "  # of names; browsers measure the space


def drawn(font: TTFont) -> dict[str, str]:
    """The names that a font draws as an icon, each with its glyph."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    return {
        "".join(letters[glyph] for glyph in (first, *ligature.Component)): ligature.LigGlyph
        for lookup in font["GSUB"].table.LookupList.Lookup
        for part in lookup.SubTable
        for first, ligatures in getattr(part, "ExtSubTable", part).ligatures.items()
        for ligature in ligatures
    }


def wanted() -> set[str]:
    """The names in our code, where each is written whole, and in Streamlit's scripts."""
    ours = (ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "dyntube").rglob("*.py"))
    theirs = (static_folder() / "static" / "js").glob("*.js")
    text = "".join(file.read_text("utf-8") for file in (*ours, *theirs))
    return {*re.findall(r":material/([a-z0-9_]+):", text)} & drawn(TTFont(icon_font())).keys()


def main() -> None:
    """Write the font."""
    options = subset.Options(flavor="woff2", layout_closure=False, notdef_outline=True)
    font = subset.load_font(str(icon_font()), options)
    icons = subset.Subsetter(options)
    names = wanted()
    glyphs = {glyph for name, glyph in drawn(font).items() if name in names}
    icons.populate(glyphs=glyphs, text=_TYPED)
    icons.subset(font)
    subset.save_font(font, str(FILE), options)
    print(f"{FILE.relative_to(ROOT)}: {len(glyphs)} icons, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

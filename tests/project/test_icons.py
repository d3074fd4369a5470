"""The font of icons draws every icon that may be asked for."""

from __future__ import annotations

from fontTools.ttLib import TTFont

from ..icons import FILE, drawn, icon_font, wanted


def test_every_icon_in_our_code_and_in_streamlits_is_in_our_font() -> None:
    missing = wanted() - drawn(TTFont(FILE)).keys()
    assert not missing, "Run `python -m tests.icons`."


def test_icons_look_as_they_do_in_streamlits_font() -> None:
    ours, theirs = TTFont(FILE), TTFont(icon_font())
    glyphs, known = drawn(ours), drawn(theirs)
    assert {"dashboard", "expand_more", "keyboard_double_arrow_left"} <= glyphs.keys()
    for name, glyph in glyphs.items():
        for metric in ("hmtx", "glyf"):
            assert ours[metric][glyph] == theirs[metric][known[name]]
    assert ours["head"].unitsPerEm == theirs["head"].unitsPerEm
    assert ours["hhea"].ascent == theirs["hhea"].ascent
    assert {*"abcdefghijklmnopqrstuvwxyz0123456789_ "} <= {*map(chr, ours.getBestCmap())}

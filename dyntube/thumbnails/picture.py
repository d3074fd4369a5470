"""Any picture to a small one: decoded with limits and drawn anew, without what else was in it."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from ..errors import BadResponseError

SIZE = (160, 90)  # pixels; lists show it at half of that, for sharp screens
TYPE = "image/webp"
_READ = ("JPEG", "PNG", "WEBP", "GIF")  # by content; the name and type of a file are not looked at
_MOST_PIXELS = 12_000_000
_QUALITY = 80


def thumbnail(body: bytes) -> bytes:
    """A WebP of SIZE, cropped to its shape, of the picture's first frame.

    Raises BadResponseError if it is no picture of a known kind, damaged, or too large.
    """
    try:
        with Image.open(io.BytesIO(body), formats=_READ) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise BadResponseError("The picture has too many pixels.")
            return _drawn(opened)
    except BadResponseError:
        raise
    except Exception as error:  # decoders raise anything when their input is hostile
        raise BadResponseError(f"The picture cannot be read ({type(error).__name__}).") from None


def _drawn(opened: Image.Image) -> bytes:
    opened.draft("RGB", (2 * SIZE[0], 2 * SIZE[1]))  # a JPEG is decoded no larger than needed
    mode = "RGBA" if opened.has_transparency_data else "RGB"
    small = ImageOps.fit(opened.convert(mode), SIZE)
    bare = Image.new(mode, SIZE)  # `small` still has the profiles and notes of the original
    bare.paste(small)
    written = io.BytesIO()
    bare.save(written, "WEBP", quality=_QUALITY)
    return written.getvalue()

"""Pictures to read: red on the left, blue on the right."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

RED, BLUE = (255, 0, 0), (0, 0, 255)


def two_halves(size: tuple[int, int] = (320, 180)) -> Image.Image:
    whole = Image.new("RGB", size, RED)
    whole.paste(BLUE, (size[0] // 2, 0, *size))
    return whole


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def jpeg(size: tuple[int, int] = (320, 180)) -> bytes:
    return encoded(two_halves(size), "JPEG")


def decoded(body: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(body))
    picture.load()
    return picture


def is_two_halves(body: bytes) -> bool:
    """Whether a picture is about red on the left and about blue on the right."""
    picture = decoded(body).convert("RGB")
    width, height = picture.size
    left, right = (picture.getpixel((round(width * x), height // 2)) for x in (0.2, 0.8))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    return left[0] > 180 and left[2] < 80 and right[2] > 180 and right[0] < 80

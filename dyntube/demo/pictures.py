"""A picture for each video: the colours of its channel, a shape, and the initials of its title."""

from __future__ import annotations

import io
import re

from PIL import Image, ImageDraw, ImageFont

from .catalog import Video

_SMALL_WORDS = {"a", "an", "and", "for", "from", "how", "in", "of", "on", "the", "to", "with"}
# The two ends of the gradient, by channel.
_COLOURS = (
    "#2563eb #1e3a8a",
    "#f97316 #9f1239",
    "#475569 #0f172a",
    "#14b8a6 #115e59",
    "#0ea5e9 #3730a3",
    "#8b5cf6 #4c1d95",
    "#ec4899 #6b21a8",
    "#f59e0b #b91c1c",
    "#10b981 #1e40af",
    "#64748b #334155",
    "#06b6d4 #0f766e",
    "#6366f1 #9d174d",
)
_RATIO = 9 / 16
_SHARPER = 2  # drawn so much larger, then scaled down, for smooth edges


def picture(video: Video, width: int) -> bytes:
    """A JPEG of this width in pixels, the same each time."""
    size = width, round(width * _RATIO)
    drawn = _gradient(video, (size[0] * _SHARPER, size[1] * _SHARPER))
    _circles(drawn, video)
    _letters(drawn, initials(video.title))
    written = io.BytesIO()
    drawn.resize(size, Image.Resampling.LANCZOS).save(written, "JPEG", quality=85)
    return written.getvalue()


def initials(title: str) -> str:
    """The first letters of the two words of a title that say most."""
    words = [w for w in re.findall(r"[A-Za-z0-9]+", title) if w.lower() not in _SMALL_WORDS]
    own = [word for word in words if word != "Fernhill" and not word.isdecimal()] or words
    return "".join(word[0].upper() for word in own[:2])


def _gradient(video: Video, size: tuple[int, int]) -> Image.Image:
    slope = 40 + _number(video) % 8 * 12
    ramp = Image.linear_gradient("L").rotate(slope, Image.Resampling.BICUBIC)
    mask = ramp.crop((60, 60, 196, 196)).resize(size, Image.Resampling.BICUBIC)
    one, other = _COLOURS[video.channel % len(_COLOURS)].split()
    return Image.composite(Image.new("RGB", size, one), Image.new("RGB", size, other), mask)


def _circles(drawn: Image.Image, video: Video) -> None:
    number, (width, height) = _number(video), drawn.size
    veil = Image.new("L", drawn.size)
    pen = ImageDraw.Draw(veil)
    centre = (width * (0.1 + number % 97 / 120), height * (0.1 + number % 89 / 110))
    for share, strength in ((0.75, 18), (0.5, 34)):
        pen.circle(centre, height * share, fill=strength)
    drawn.paste((255, 255, 255), (0, 0), veil)


def _letters(drawn: Image.Image, text: str) -> None:
    width, height = drawn.size
    font = ImageFont.load_default(height * 0.5)
    ImageDraw.Draw(drawn).text(
        (width / 2, height / 2), text, fill=(255, 255, 255), font=font, anchor="mm"
    )


def _number(video: Video) -> int:
    return sum(ord(letter) * n for n, letter in enumerate(video.key, 1))

"""Pictures drawn anew: of every kind that is read, and of what only pretends to be one."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from dyntube.errors import BadResponseError
from dyntube.thumbnails.picture import SIZE, thumbnail

from .pictures import BLUE, RED, decoded, encoded, is_two_halves, jpeg, two_halves

HALVES = two_halves()


def animated(kind: str) -> bytes:
    """Two halves, then only green."""
    green = Image.new("RGB", HALVES.size, (0, 255, 0))
    return encoded(HALVES, kind, save_all=True, append_images=[green] * 20, duration=100)


READ = {
    "JPEG": jpeg(),
    "a progressive JPEG": encoded(HALVES, "JPEG", progressive=True),
    "a grey JPEG": encoded(HALVES.convert("L"), "JPEG"),
    "a JPEG for print": encoded(HALVES.convert("CMYK"), "JPEG"),
    "PNG": encoded(HALVES, "PNG"),
    "PNG with a palette": encoded(HALVES.quantize(4), "PNG"),
    "PNG in black and white": encoded(HALVES.convert("1"), "PNG"),
    "PNG of 16 bits": encoded(HALVES.convert("I;16"), "PNG"),
    "WebP": encoded(HALVES, "WEBP"),
    "GIF": encoded(HALVES, "GIF"),
    "an animated GIF": animated("GIF"),
    "an animated WebP": animated("WEBP"),
    "an animated PNG": animated("PNG"),
    "a portrait": jpeg((90, 160)),
    "a dot": jpeg((1, 1)),
    "a line": encoded(two_halves((5000, 2)), "PNG"),
    "a large picture": jpeg((4000, 2250)),
}


@pytest.mark.parametrize("body", READ.values(), ids=READ)
def test_every_usual_picture_becomes_a_small_webp(body: bytes) -> None:
    small = thumbnail(body)
    found = decoded(small)
    assert (found.format, found.size) == ("WEBP", SIZE)
    assert getattr(found, "n_frames", 1) == 1
    assert len(small) < 5000


@pytest.mark.parametrize(
    "name", ["JPEG", "PNG", "PNG with a palette", "WebP", "GIF", "a large picture"]
)
def test_the_picture_is_the_same(name: str) -> None:
    assert is_two_halves(thumbnail(READ[name]))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_a_moving_picture_it_is_the_first(kind: str) -> None:
    assert is_two_halves(thumbnail(animated(kind)))


def test_of_a_portrait_it_is_the_middle() -> None:
    portrait = Image.new("RGB", (90, 160), RED)
    ImageDraw.Draw(portrait).rectangle((0, 60, 90, 100), fill=BLUE)
    middle = decoded(thumbnail(encoded(portrait, "PNG"))).convert("RGB").getpixel((80, 45))
    assert isinstance(middle, tuple)
    assert middle[2] > 200 > 60 > middle[0]


def test_what_can_be_seen_through_stays_so() -> None:
    clear = encoded(Image.new("RGBA", (320, 180), (255, 0, 0, 0)), "PNG")
    assert decoded(thumbnail(clear)).convert("RGBA").getchannel("A").getextrema() == (0, 0)


def test_where_and_by_what_it_was_taken_is_left_out() -> None:
    notes, comment = Image.Exif(), PngImagePlugin.PngInfo()
    notes[0x010F] = "canary camera"
    comment.add_text("Comment", "canary comment")
    profile = b"canary profile" * 20
    bodies = [
        encoded(HALVES, "JPEG", exif=notes, icc_profile=profile, comment=b"canary"),
        encoded(HALVES, "PNG", exif=notes, icc_profile=profile, pnginfo=comment),
        encoded(HALVES, "WEBP", exif=notes, icc_profile=profile, xmp=b"canary"),
    ]
    for body in bodies:
        assert b"canary" in body
        small = thumbnail(body)
        assert b"canary" not in small
        assert not decoded(small).info.keys() & {"exif", "icc_profile", "xmp"}


def png_of(width: int, height: int) -> bytes:
    """A PNG that says to be of this size, in very few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = zlib.compress(bytes((width // 8 + 1) * min(height, 50_000)), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NOT_READ = {
    "nothing": b"",
    "SVG": SVG,
    "SVG with a header": b'<?xml version="1.0"?>\n' + SVG,
    "HTML": b"<!doctype html><title>Not found</title>",
    "JSON": b'{"message": "Not found"}',
    "noise": random.Random(1).randbytes(5000),
    "a JPEG cut short": jpeg()[: len(jpeg()) // 2],
    "a JPEG's first bytes": b"\xff\xd8\xff\xe0",
    "a PNG cut short": READ["PNG"][:-40],
    "a PNG with a wrong checksum": READ["PNG"].replace(b"IDAT", b"IDAT\x01", 1),
    "BMP": encoded(HALVES, "BMP"),
    "TIFF": encoded(HALVES, "TIFF"),
    "ICO": encoded(HALVES, "ICO"),
    "PDF": encoded(HALVES, "PDF"),
    "PPM": encoded(HALVES, "PPM"),
    "EPS": encoded(HALVES, "EPS"),
    "a bomb": png_of(20_000, 20_000),
    "a bomb of a warning": png_of(10_000, 10_000),
    "more pixels than allowed": png_of(4_000, 3_001),
    "a PNG of no pixels": png_of(0, 0),
}


@pytest.mark.parametrize("body", NOT_READ.values(), ids=NOT_READ)
def test_what_is_no_usual_picture_is_refused(body: bytes) -> None:
    with pytest.raises(BadResponseError):
        thumbnail(body)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WebP", "GIF", "an animated WebP"])
def test_a_spoiled_picture_is_drawn_or_refused_and_nothing_else(name: str) -> None:
    chance = random.Random(name)
    for _ in range(150):
        body = bytearray(READ[name])
        for _ in range(chance.randint(1, 8)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        try:
            small = thumbnail(
                bytes(body[: chance.choice([len(body), chance.randrange(len(body))])])
            )
        except BadResponseError:
            continue
        assert Image.open(io.BytesIO(small)).size == SIZE

"""Devices with matching systems and browsers, and their versions over time.

Each line is `group weight | device type | family | brand | model | system | processor | browser`.
Weights apply within a group; `audience` sets the share of each group by country.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

import numpy as np

from .chance import Floats, Ints, Words, fraction

GROUPS = ("pc", "iphone", "android", "tablet", "tv")
MACHINES = """
pc 400 | Desktop | Other | | | Windows | x64 | Chrome
pc 130 | Desktop | Other | | | Windows | x64 | Edge
pc 42 | Desktop | Other | | | Windows | x64 | Firefox
pc 9 | Desktop | Other | | | Windows | x64 | Opera
pc 110 | Desktop | Mac | Apple | Mac | Mac OS X | arm64 | Chrome
pc 92 | Desktop | Mac | Apple | Mac | Mac OS X | arm64 | Safari
pc 13 | Desktop | Mac | Apple | Mac | Mac OS X | x64 | Firefox
pc 15 | Desktop | Other | | | Linux | x64 | Chrome
pc 14 | Desktop | Other | | | Ubuntu | x64 | Firefox
pc 16 | Desktop | Other | | | Chrome OS | x64 | Chrome
iphone 78 | Mobile | iPhone | Apple | iPhone | iOS | arm64 | Mobile Safari
iphone 12 | Mobile | iPhone | Apple | iPhone | iOS | arm64 | Chrome Mobile iOS
iphone 10 | Mobile | iPhone | Apple | iPhone | iOS | arm64 | Mobile Safari UI/WKWebView
android 15 | Mobile | Samsung SM-S911B | Samsung | SM-S911B | Android | arm64 | Chrome Mobile
android 10 | Mobile | Samsung SM-S911B | Samsung | SM-S911B | Android | arm64 | Samsung Internet
android 12 | Mobile | Samsung SM-A546B | Samsung | SM-A546B | Android | arm64 | Chrome Mobile
android 7 | Mobile | Samsung SM-A546B | Samsung | SM-A546B | Android | arm64 | Samsung Internet
android 8 | Mobile | Samsung SM-A155F | Samsung | SM-A155F | Android | arm64 | Chrome Mobile
android 9 | Mobile | Pixel 8 | Google | Pixel 8 | Android | arm64 | Chrome Mobile
android 4 | Mobile | Pixel 6a | Google | Pixel 6a | Android | arm64 | Firefox Mobile
android 13 | Mobile | Redmi Note 12 | XiaoMi | Redmi Note 12 | Android | arm64 | Chrome Mobile
android 7 | Mobile | Redmi Note 12 | XiaoMi | Redmi Note 12 | Android | arm64 | Chrome Mobile WebView
android 6 | Mobile | Moto G54 | Motorola | Moto G54 | Android | arm64 | Chrome Mobile
android 5 | Mobile | CPH2581 | OnePlus | CPH2581 | Android | arm64 | Chrome Mobile
android 4 | Mobile | vivo V2250 | vivo | V2250 | Android | arm64 | Chrome Mobile
tablet 58 | Tablet | iPad | Apple | iPad | iOS | arm64 | Mobile Safari
tablet 7 | Tablet | iPad | Apple | iPad | iOS | arm64 | Chrome Mobile iOS
tablet 16 | Tablet | Samsung SM-X700 | Samsung | SM-X700 | Android | arm64 | Chrome
tablet 9 | Tablet | Samsung SM-X700 | Samsung | SM-X700 | Android | arm64 | Samsung Internet
tablet 10 | Tablet | Lenovo TB-J606F | Lenovo | TB-J606F | Android | arm64 | Chrome
tv 45 | TV | Samsung SmartTV | Samsung | SmartTV | Tizen | | Samsung Internet
tv 30 | TV | LG SmartTV | LG | SmartTV | webOS | | Chrome
tv 25 | TV | Chromecast | Google | Chromecast | Android | | Chrome
"""  # noqa: E501
# Major versions on the first day of each year from 2020, interpolated in between.
_VERSIONS: dict[str, tuple[int, ...]] = {
    "Chrome": (79, 88, 97, 109, 120, 131, 143, 156, 169),
    "Firefox": (72, 85, 96, 109, 121, 134, 147, 160, 173),
    "Opera": (65, 73, 82, 94, 106, 116, 126, 136, 146),
    "Samsung Internet": (10, 13, 16, 19, 23, 27, 29, 31, 33),
    "Android": (9, 10, 11, 12, 13, 14, 15, 16, 17),
}
_LIKE = {
    "Edge": "Chrome",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Firefox Mobile": "Firefox",
}
# Apple releases in September, and has numbered versions by year since 2025.
_APPLE = {2019: 13, 2020: 14, 2021: 15, 2022: 16, 2023: 17, 2024: 18}
# Windows 11 and all newer macOS report version 10.
_STANDING = {"Windows": 10, "Mac OS X": 10, "Ubuntu": 22, "Tizen": 7}
_OLDEST, _NEWEST = dt.date(2017, 1, 1).toordinal(), dt.date(2061, 1, 1).toordinal()
_APPLE_BROWSERS = ("Safari", "Mobile Safari", "Mobile Safari UI/WKWebView")


@dataclass(frozen=True)
class Machines:
    """One entry per line; `texts` has a column for each name in `TEXTS`."""

    group: Ints
    weight: Floats
    texts: dict[str, tuple[str, ...]]
    mobile: Ints  # 0 desktop, 1 mobile, 2 tablet, 3 television


TEXTS = (
    "device_type",
    "device_family",
    "device_brand",
    "device_model",
    "os_family",
    "os_processor",
    "browser_family",
)
TYPES = ("Desktop", "Mobile", "Tablet", "TV")


@functools.cache
def machines() -> Machines:
    lines = [[part.strip() for part in line.split("|")] for line in MACHINES.strip().split("\n")]
    heads = [line[0].split() for line in lines]
    return Machines(
        np.array([GROUPS.index(group) for group, _ in heads]),
        np.array([float(weight) for _, weight in heads]),
        {name: tuple(line[n + 1] for line in lines) for n, name in enumerate(TEXTS)},
        np.array([TYPES.index(line[1]) for line in lines]),
    )


def versions(day: dt.date, machine: Ints, viewer: Words) -> dict[str, Ints]:
    """`browser_major`, `browser_minor`, `os_major` of each view; -1 if a system has none.

    Some viewers update late, by up to two years, and keep that delay.
    """
    since = day.toordinal() - (fraction(viewer, 61) ** 7 * 700).astype(np.int64) - _OLDEST
    known = machines()
    answer = {name: np.full(len(machine), -1) for name in ("browser_major", "os_major")}
    for number in np.unique(machine):
        chosen = machine == number
        browser, system = (known.texts[n][number] for n in ("browser_family", "os_family"))
        answer["browser_major"][chosen] = _history(browser)[since[chosen]]
        answer["os_major"][chosen] = _history(system)[since[chosen]]
    apple = np.isin(known.texts["browser_family"], _APPLE_BROWSERS)[machine]
    minor = np.where(apple, (fraction(viewer, 62) * 6).astype(np.int64), 0)
    return answer | {"browser_minor": minor}


@functools.cache
def _history(name: str) -> Ints:
    """A browser's or system's major version on every day from `_OLDEST` on."""
    days = [dt.date.fromordinal(n) for n in range(_OLDEST, _NEWEST)]
    if name == "iOS" or name in _APPLE_BROWSERS:
        return np.array([_apple(day) for day in days])
    known = _VERSIONS.get(_LIKE.get(name, name))
    if known is None:
        return np.full(len(days), _STANDING.get(name, -1))
    years = np.array([day.year + day.timetuple().tm_yday / 366 - 2020 for day in days])
    beyond = np.maximum(years - (len(known) - 1), 0) * (known[-1] - known[-2])
    before = np.minimum(years, 0) * (known[1] - known[0])
    majors: Ints = (np.interp(years, np.arange(len(known)), known) + beyond + before).astype(int)
    return majors


def _apple(day: dt.date) -> int:
    year = day.year if (day.month, day.day) >= (9, 16) else day.year - 1
    return _APPLE.get(year, year - 1999 if year >= 2025 else 12)

"""Names of browsers and operating systems as people call them.

The log has those of ua-parser: "Mac OS X", "Mobile Safari UI/WKWebView".
"""

from __future__ import annotations

from ..words import tr

_BROWSERS = {
    "Android": tr("Android browser"),
    "Chrome Mobile": tr("Chrome (mobile)"),
    "Chrome Mobile iOS": "Chrome (iOS)",
    "Chrome Mobile WebView": tr("In-app browser (Android)"),
    "Edge Mobile": tr("Edge (mobile)"),
    "Facebook": tr("Facebook app"),
    "Firefox Mobile": tr("Firefox (mobile)"),
    "Firefox iOS": "Firefox (iOS)",
    "Google": tr("Google app"),
    "HeadlessChrome": tr("Chrome (headless)"),
    "IE": "Internet Explorer",
    "IE Mobile": tr("Internet Explorer (mobile)"),
    "Instagram": tr("Instagram app"),
    "LinkedIn": tr("LinkedIn app"),
    "Mobile Safari": tr("Safari (mobile)"),
    "Mobile Safari UI/WKWebView": tr("In-app browser (iOS)"),
    "Opera Mobile": tr("Opera (mobile)"),
}
_SYSTEMS = {"Chrome OS": "ChromeOS", "Mac OS X": "macOS"}
SOFTWARE = {
    "browser": _BROWSERS,
    "browser_version": _BROWSERS,
    "os": _SYSTEMS,
    "os_version": _SYSTEMS,
}


def software_name(by: str, value: str) -> str:
    """A browser or system, with its version if it has one: "Safari 17 (mobile)", "macOS 14".

    Those without another name are returned unchanged.
    """
    names = SOFTWARE[by]
    if value in names or not by.endswith("_version"):
        return names.get(value, value)
    families = (family for family in names if value.startswith(f"{family} "))
    family = max(families, key=len, default="")
    if not family:
        return value
    name, opening, kind = names[family].partition(" (")
    return f"{name}{value[len(family) :]}{opening}{kind}"

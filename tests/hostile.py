"""Texts that try to be more than text, for everything that shows or writes what the log says."""

from __future__ import annotations

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "  =1+1",
    "\u00a0\u200b\u202e=1+1",
    "\t=1+1",
    "\tx",
    "\r=1+1",
    "\rx",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "\x00\x1f=1+1",
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "x;=1+1",
    "x;y; =cmd|' /C calc'!A0;z",
    'quote";=1+1',
    "two lines\n=1+1",
    "two lines\r\n@SUM(A1)\r\n",
]
OTHERS = [
    "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "![x](http://evil.example/a.png) **b** [l](javascript:hurt) `c`",
    'say "hi", \'hi\'; and "again',
    "two\nlines",
    "\x1b[31mred\x07\x00",
    "#REF!",
    "#N/A",
    "http://evil.example/",
    "mailto:ann@example.com",
    "'=1+1",
    "👩‍👩‍👧 emoji",
    "שלום \u202eright to left\u202c",
    "_x0041_",
    " padded ",
    "NaN",
    "1234567890123456789",
    "true",
]
TEXTS = FORMULAS + OTHERS

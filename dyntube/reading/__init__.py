"""Parsing of outside text: from the JSON of the view log to rows in a fixed schema.

In: bytes of a page, names, URLs, time zones. Out: Arrow tables in `records.SCHEMA`, clean text, the
page and campaign of a URL. Pure: no files, no network, no clock.
"""

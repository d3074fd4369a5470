"""What outside text means: from the JSON of the view log to rows of known columns.

In: bytes of a page, names, addresses, zones. Out: Arrow tables in the columns of `records`, clean
text, the page and campaign of an address. Pure: no files, no network, no clock.
"""

"""Downloads: tables as CSV and workbooks, raw views as streams.

In: tables of a page, or a query for views. Out: bytes.
"""

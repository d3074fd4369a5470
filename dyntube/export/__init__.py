"""What people take away: tables as CSV and workbooks, raw views as streams.

In: tables of a page, or a question about views. Out: bytes.
"""

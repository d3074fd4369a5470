"""The content of pages, independent of how it is drawn.

In: a URL, a reader's desk, the time. Out: the selection, its queries and answers, labels, and
tables for download. No Streamlit.
"""

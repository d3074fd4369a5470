"""What a page says, without anything that draws it.

In: an address, a reader's desk, the time. Out: the selection, its questions and their answers, what
values are called, the tables to take away. No Streamlit.
"""

"""Analysis of query answers: changes between periods, trends, watched shares, embed domains.

In: frames from the engine. Out: frames and values small enough to draw.
"""

"""What answers tell: changes between periods, trends, how much was watched, embedding sites.

In: frames of the engine. Out: frames and values, small enough to draw.
"""

"""From the DynTube API into the archive.

In: the days wanted. Out: committed days, the result of a sync, the names of videos. Bottom up: the
client and its retries, then one window, one day, one run, and what keeps an archive fresh.
"""

"""From the DynTube API into the archive.

In: days that somebody wants. Out: committed days, what a sync did, the names of videos. Below are
the client and its retries, then one window, one day, one run, and what keeps an archive fresh.
"""

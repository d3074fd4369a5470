"""A stand-in for the DynTube API, with the invented views of an invented company.

    python -m dyntube.demo --port 8600

A day's views depend on the seed, the day and the scale alone: asked twice, on any machine, a day is
the same, and only the clock decides how much of it has happened yet.

    chance                              repeatable chance and the texts of keys
    places -> world                     countries, cities, and when people there watch
    titles -> catalog                   projects, channels, videos; who is asked for when
    embeds, machines, audience          the pages, the devices, and the viewers who come back
    stories                             what there is to find in the numbers, and on which dates
    campaigns                           what letters and advertisements add to addresses
    views                               `make_day`: all of it, as one day in columns
    render -> store -> server           columns to JSON, a page of any window, HTTP
    process                             the stand-in as a child process that ends with its parent
"""

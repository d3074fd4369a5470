"""A fake DynTube API, serving synthetic views of a fictional company.

    python -m dyntube.demo --port 8600

A day's views depend only on seed, day and scale: they are the same each time and on any machine,
and the clock only decides how much of the day has happened yet.

    chance                              reproducible randomness and the texts of keys
    places -> world                     countries, cities, and when people there watch
    titles -> catalog                   projects, channels, videos; popularity over time
    embeds, machines, audience          the pages, the devices, and returning viewers
    stories                             the patterns to find in the numbers, and their dates
    campaigns                           the query parameters of links in e-mails and ads
    views                               `make_day`: all of it, as one day in columns
    pictures                            a picture of each video
    render -> store -> server           columns to JSON, pages of any window, HTTP
    process                             the server as a child process that ends with its parent
"""

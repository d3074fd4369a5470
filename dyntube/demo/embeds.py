"""The pages on which videos are embedded, and their effect on plays.

Each line is `domain weight projects sound play watch: pages`. `projects` are indices into the
catalog, `sound` is the fraction of plays that start muted, `play` and `watch` shift the log-odds of
a play and of watching to the end.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import numpy as np

from .catalog import catalog
from .chance import Floats, Ints, Words, choose, fraction, mix

OWN_DOMAINS = ("fernhill.example", "play.dyntube.io")  # where the company expects its own videos

DOMAINS = """
www.fernhill.example 210 03 .62 -0.45 -0.30: / /flow /desk /insights /assistant /pricing /customers /enterprise /industries/manufacturing /industries/health
blog.fernhill.example 90 0123 .24 -0.15 -0.05: /product/this-month /operations/queues /finance/closing-faster /assistant/first-year /field-notes /interviews
help.fernhill.example 150 1 .08 0.70 0.25: /start /workflows/first /forms/share /reports/schedule /data/import /roles /phone /api /approvals /labels /sign-on
academy.fernhill.example 85 14 .04 1.00 0.65: /courses/basics /courses/builder /courses/admin /courses/data-models /courses/partner-1 /courses/partner-2
events.fernhill.example 75 2 .10 0.50 0.10: /webinars /webinars/library /summit /summit/2026 /summit/replay
community.fernhill.example 30 12 .14 0.20 0.00: /questions /tips /groups/admins /groups/new
partners.fernhill.example 30 4 .06 0.60 0.35: /portal /portal/training /portal/deals /portal/kits
careers.fernhill.example 16 0 .40 0.05 -0.05: / /engineering /customer-success /apprentices
app.fernhill.example 70 1 .10 0.15 -0.10: /home /onboarding /whats-new /help-panel
go.fernhill.example 8 0 .55 0.10 -0.20: /demo /next-quarter /trial
news.fernhill.example 12 03 .30 0.10 0.00: /press /press/kit /letters
play.dyntube.io 70 01234 .05 0.90 0.15: /videos/*
larkfield-dairy.example 7 3 .35 -0.10 0.05: / /about/how-we-work
brightwater.example 9 23 .30 0.00 0.05: /news /careers /plants
osprey-rail.example 6 3 .25 0.05 0.05: /stories /suppliers
juniper-clinics.example 8 3 .22 0.10 0.10: /team /patients/forms
castell-foods.example 7 3 .28 0.00 0.00: /quality /press
maren-city.example 6 3 .12 0.25 0.15: /permits /digital
tallis-books.example 5 3 .33 -0.05 0.00: /returns /about
learn.castell-foods.example 16 1 .03 1.10 0.70: /course/requests /course/labels /course/recalls
lms.nordhavn.example 18 1 .03 1.10 0.75: /onboarding/week-1 /onboarding/week-2 /depot/barcodes
training.osprey-rail.example 12 1 .04 1.00 0.70: /module/1 /module/2 /module/3
campus.brightwater.example 15 14 .04 1.00 0.65: /fernhill/basics /fernhill/builder /fernhill/admin
intranet.arbor-credit.example 10 1 .12 0.50 0.30: /tools/fernhill /news
wiki.juniper-clinics.example 9 1 .08 0.60 0.30: /how-to/forms /how-to/rota
northlight-it.example 12 014 .30 0.00 0.00: /partners/fernhill /blog/queues /services
kestrel-consulting.example 11 024 .28 0.05 0.00: /fernhill /insights/closing
ostara-systems.example 9 04 .32 -0.05 -0.05: /products/fernhill /demo
blueharbour.example 9 04 .34 -0.05 -0.05: /software/fernhill /webinars
tandem-advisory.example 7 24 .18 0.20 0.10: /events /certification
lindqvist-partner.example 6 04 .30 0.00 0.00: /fernhill /kunder
grupo-alameda.example 7 01 .26 0.05 0.00: /fernhill /recursos
sakura-bizsoft.example 7 01 .20 0.10 0.05: /fernhill /support
opsweekly.example 16 023 .38 -0.25 -0.20: /reviews/fernhill /interviews /newsletter/latest
processpapers.example 9 23 .22 0.05 0.05: /interviews/automation /interviews/waiting
softwareatlas.example 14 0 .45 -0.40 -0.30: /compare/workflow /fernhill /best/service-desk
buildstack-forum.example 7 12 .30 -0.05 -0.10: /t/webhooks /t/data-models
clipstream.example 16 03 .78 0.35 -0.60: /feed /watch /trending
socialboard.example 14 03 .80 0.30 -0.70: /home /company/fernhill
mail.fernhill.example 14 023 .20 0.40 0.05: /digest /view-online
"""  # noqa: E501
# Sites that show the videos without permission; `stories` says when.
MIRRORS = tuple(
    f"free-video-{word}.example"
    for word in ("mirror", "vault", "hub", "basket", "archive", "corner", "depot", "port")
)
_LINE = re.compile(r"(\S+) (\d+) (\d+) (\S+) (\S+) (\S+): (.+)")
_MIRROR_PAGES = ("/v/business", "/v/new", "/embed/player")


@dataclass(frozen=True)
class Pages:
    """Pages and domains: per page its domain, per domain its properties.

    `first` is a domain's first page and `count` how many it has; the domain `by_video` has one page
    for each video. `weight` is (projects, domains).
    """

    urls: tuple[str, ...]
    domains: tuple[str, ...]
    domain: Ints
    first: Ints
    count: Ints
    by_video: int  # the domain with a page for each video
    by_script: int  # the domain with another embed type
    weight: Floats
    muted: Floats
    play: Floats
    watch: Floats


@functools.cache
def pages() -> Pages:
    known = [match.groups() for match in map(_LINE.match, DOMAINS.split("\n")) if match]
    known += [(name, "0", "", ".5", "0.1", "-0.5", " ".join(_MIRROR_PAGES)) for name in MIRRORS]
    videos = catalog().videos
    urls: list[str] = []
    domain: list[int] = []
    first: list[int] = []
    for number, (name, *_, paths) in enumerate(known):
        own = paths.split()
        if own == ["/videos/*"]:
            own = [f"/videos/{video.key}" for video in videos]
        first.append(len(urls))
        urls += [f"https://{name}{path}" for path in own]
        domain += [number] * len(own)
    weight = np.zeros((len(catalog().projects), len(known)))
    for number, (_, share, projects, *_) in enumerate(known):
        for project in projects:
            weight[int(project), number] = float(share)
    names = tuple(str(parts[0]) for parts in known)
    return Pages(
        tuple(urls),
        names,
        np.array(domain),
        np.array(first),
        np.bincount(domain),
        names.index("play.dyntube.io"),
        names.index("app.fernhill.example"),
        weight,
        *(np.array([float(parts[n]) for parts in known]) for n in (3, 4, 5)),
    )


def domain_of(video: Ints, viewer: Words, draws: Floats) -> Ints:
    """The domain of each view; a viewer mostly keeps to one domain per project."""
    project = projects_of_videos()[video]
    chance = np.where(draws < 0.7, fraction(viewer, 51), draws * 7919 % 1)
    domain = np.zeros(len(video), np.int64)
    for number, weights in enumerate(pages().weight):
        chosen = project == number
        domain[chosen] = choose(weights, chance[chosen])
    return domain


def page_of(domain: Ints, video: Ints, draws: Floats) -> Ints:
    """The page of each view: a video is on one page of a domain, sometimes also on the next."""
    known = pages()
    own = (mix(video * 1000 + domain, 52) >> np.uint64(40)).astype(np.int64)
    place = (own + (draws * 31 % 1 < 0.2)) % known.count[domain]
    place = np.where(domain == known.by_video, video, place)
    return known.first[domain] + place


@functools.cache
def projects_of_videos() -> Ints:
    channels = catalog().channels
    return np.array([channels[video.channel].project for video in catalog().videos])

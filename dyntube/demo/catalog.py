"""Projects, channels and videos, as listed by the three name endpoints and referenced by views."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .chance import Floats, fraction, texts
from .titles import CHANNELS, PROJECTS, VIDEOS

ACCOUNT_KEY = "8t9ym1JSJuCZg"
COMPANY = "Fernhill"
_KINDS = {"projects": 1, "channels": 2, "videos": 3}
_VIDEO_LINE = re.compile(r"(\d{4}-\d\d) (\d+):(\d\d) (.+)")
IMAGES = "https://images.fernhill.example/"  # of a host that does not exist: see `account`
IMAGE_WIDTHS = {"xsUrl": 160, "smUrl": 320, "mdUrl": 640, "lgUrl": 1280}


@dataclass(frozen=True)
class Project:
    id: str
    key: str
    name: str
    plan_type: int
    created: dt.datetime


@dataclass(frozen=True)
class Channel:
    id: str
    key: str
    name: str
    description: str
    project: int  # index into `projects`
    created: dt.datetime


@dataclass(frozen=True)
class Video:
    id: str
    key: str
    title: str
    channel: int  # index into `channels`
    seconds: int
    released: dt.datetime
    likes: float  # base popularity, at most 1


@dataclass(frozen=True)
class Catalog:
    projects: tuple[Project, ...]
    channels: tuple[Channel, ...]
    videos: tuple[Video, ...]


@functools.cache
def catalog() -> Catalog:
    lines = [_split(line) for line in PROJECTS.strip().split("\n")]
    projects = tuple(
        Project(id_, key, name, int(plan), _morning(began))
        for id_, (key, name, plan, began) in zip(_texts("projects", 9, 5), lines, strict=True)
    )
    parts = [_split(line) for line in CHANNELS.strip().split("\n")]
    channels = tuple(
        Channel(id_, key, name, about, int(place), projects[int(place)].created)
        for id_, key, (place, name, about) in zip(
            _texts("channels", 9, 12), _texts("channels", 13, 12), parts, strict=True
        )
    )
    places = {channel.name: number for number, channel in enumerate(channels)}
    return Catalog(projects, channels, _videos(places))


def _split(line: str) -> list[str]:
    return [part.strip() for part in line.split("|")]


def _morning(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T08:00:00+00:00")


def _texts(kind: str, length: int, count: int) -> list[str]:
    numbers = np.arange(count) + _KINDS[kind] * 1000 + length * 100_000
    found: list[str] = texts(numbers, min(length, 10), _KINDS[kind]).to_pylist()
    tail: list[str] = texts(numbers, max(length - 10, 1), _KINDS[kind] + 9).to_pylist()
    keys = [(a + b)[:length] for a, b in zip(found, tail, strict=True)]
    return [key.replace("-", "x").replace("_", "y") for key in keys]


def _videos(channels: Mapping[str, int]) -> tuple[Video, ...]:
    lines = VIDEOS.strip().split("\n")
    count = sum(not line.startswith("#") for line in lines)
    chance = fraction(np.arange(count), 41)
    rank = np.argsort(np.argsort(fraction(np.arange(count), 42)))
    ids, keys = _texts("videos", 9, count), _texts("videos", 13, count)
    videos: list[Video] = []
    channel = 0
    for line in lines:
        if line.startswith("#"):
            channel = channels[line[2:]]
        elif match := _VIDEO_LINE.match(line):
            month, minutes, seconds, title = match.groups()
            n = len(videos)
            day = 1 + int(chance[n] * 20)
            released = _morning(f"{month}-{day:02d}") + dt.timedelta(minutes=int(chance[n] * 480))
            length = int(minutes) * 60 + int(seconds)
            likes = float(1 / (1 + rank[n]) ** 0.72)
            videos.append(Video(ids[n], keys[n], title, channel, length, released, likes))
    return tuple(videos)


def popularity(day: dt.date) -> Floats:
    """Each video's popularity on a day: 0 before its release, highest soon after."""
    videos = catalog().videos
    likes = np.array([video.likes for video in videos])
    age = np.array([(day - video.released.date()).days for video in videos], np.float64)
    fresh = 3.2 * np.exp(-age / 16) + 0.9 * np.exp(-age / 150)
    weights: Floats = likes * np.where(age >= 1, 0.35 + fresh, 0.0)
    return weights


def listing(kind: str, now: dt.datetime) -> list[dict[str, object]]:
    """The records of one name endpoint, newest first, as they exist by now."""
    known = catalog()
    if kind == "projects":
        return [_project(project) for project in known.projects if project.created <= now]
    if kind == "channels":
        return [_channel(channel) for channel in known.channels if channel.created <= now]
    released = [video for video in known.videos if video.released <= now]
    return [_video(video) for video in sorted(released, key=lambda v: v.released, reverse=True)]


def _times(created: dt.datetime) -> dict[str, object]:
    # DynTube's name endpoints print seven fraction digits.
    return {
        "created": f"{created:%Y-%m-%dT%H:%M:%S}.0000000+00:00",
        "updated": f"{created + dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%S}.1234567+00:00",
    }


def _project(project: Project) -> dict[str, object]:
    return {
        "id": project.id,
        "key": project.key,
        "name": project.name,
        "description": f"{COMPANY}: {project.name.lower()}",
        "region": "use-s",
        "planType": project.plan_type,
        "status": 1,
        **_times(project.created),
    }


def _channel(channel: Channel) -> dict[str, object]:
    return {
        "id": channel.id,
        "key": channel.key,
        "name": channel.name,
        "description": channel.description,
        "status": 1,
        **_times(channel.created),
    }


def _video(video: Video) -> dict[str, object]:
    channel = catalog().channels[video.channel]
    minutes, seconds = divmod(video.seconds, 60)
    return {
        "id": video.id,
        "key": video.key,
        "title": video.title,
        "description": "",
        "projectId": catalog().projects[channel.project].id,
        "channelKey": channel.key,
        "duration": f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}",
        "image": {size: f"{IMAGES}{video.id}-{width}.jpg" for size, width in IMAGE_WIDTHS.items()},
        "tags": [channel.name.lower()],
        "status": 1,
        **_times(video.released),
    }

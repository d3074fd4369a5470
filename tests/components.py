"""What a page run by AppTest sends to our components, and events as a browser sends them."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from streamlit.testing.v1 import AppTest

# How Streamlit names the widget that carries the events of a component.
_EVENTS = "$$STREAMLIT_INTERNAL_KEY_{}__events"


def sent(at: AppTest, component: str) -> list[dict[str, Any]]:
    """The data of every component of this name, in the order of the page."""
    return [json.loads(proto.json) for proto in _protos(at, component)]


def figure(at: AppTest, alt: str) -> dict[str, Any]:
    """The figure with this text alternative."""
    [found] = (data for data in sent(at, "figure") if data["alt"] == alt)
    spec: dict[str, Any] = json.loads(found["figure"])
    return spec


def figures(at: AppTest) -> list[dict[str, Any]]:
    """All figures of the page."""
    return [json.loads(data["figure"]) for data in sent(at, "figure")]


def share_rows(at: AppTest, label: str) -> list[dict[str, Any]]:
    """The rows of the share list with this label."""
    [found] = (data for data in sent(at, "share_list") if data["label"] == label)
    rows: list[dict[str, Any]] = found["rows"]
    return rows


def trigger(at: AppTest, component: str, key: str, event: str, value: object) -> AppTest:
    """Run the page again with an event of the component with this key."""
    [id_] = (proto.id for proto in _protos(at, component) if proto.id.endswith(f"-{key}"))
    states = at._tree.get_widget_states()  # AppTest knows no clicks on components
    widget = states.widgets.add()
    widget.id = _EVENTS.format(id_)
    widget.json_trigger_value = json.dumps([{"event": event, "value": value}])
    return at._run(states)


def opened(at: AppTest, by: str, operator: str = "is") -> dict[str, Any]:
    """The list of a filter, opened: its rows (value, name, count), and those chosen."""
    asked = {"by": by, "operator": operator}
    found: dict[str, Any] = sent(trigger(at, "filters", "filters", "opened", asked), "filters")[0][
        "open"
    ]
    return found


def choose(at: AppTest, parameter: str, *values: str) -> AppTest:
    """Choose these values in the list of a filter."""
    asked = {"asked": {parameter: list(values)}, "stays": False}
    return trigger(at, "filters", "filters", "changed", asked)


def clear(at: AppTest, parameter: str) -> AppTest:
    """Remove the chip of a filter."""
    return trigger(at, "chips", "chips", "changed", {parameter: []})


def chips(at: AppTest) -> list[str]:
    """The filters in the head of a page, as a reader sees them."""
    [found] = sent(at, "chips")
    return [f"{chip['name']} {chip['sign']} {chip['hover']}" for chip in found["chips"]]


def period(at: AppTest) -> dict[str, Any]:
    """The period in the head of a page."""
    [found] = sent(at, "period")
    shown: dict[str, Any] = found["period"]
    return shown


def _protos(at: AppTest, component: str) -> list[Any]:
    every = (element.proto for element in at.get("bidi_component"))
    return [proto for proto in every if proto.component_name == f"dyntube.{component}"]


@dataclass(frozen=True)
class ShownCard:
    """A number card as a reader sees it."""

    label: str
    value: str
    change: str
    before: str
    marks: list[str]
    help: str
    course: list[float | None]
    chosen: bool


def cards(at: AppTest) -> list[ShownCard]:
    """The number cards of the page, in order."""
    shown = (card for data in sent(at, "cards") for card in data["cards"])
    names = [field.name for field in fields(ShownCard)]
    return [
        ShownCard(**{name: card[name] for name in names} | {"help": "\n\n".join(card["help"])})
        for card in shown
    ]

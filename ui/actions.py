"""Everything that can be done, one row each: words, key, role, when, call. Keys are drawn from here only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.application import App

EVERYBODY: tuple[str, ...] = ()


def always(_app: App) -> bool:
    """May be done at any time."""
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do. `key` is a Qt key sequence such as `Ctrl+N`; `roles` empty means everybody."""

    id: str
    text_key: str
    key: str
    call: Callable[[App], None]
    when: Callable[[App], bool] = always
    roles: tuple[str, ...] = EVERYBODY
    group: str = "actions.group.desk"
    icon: str = ""
    bound_here: bool = True
    """Whether the shell makes the key work; a page that binds it itself says no, and the key is only shown."""

    def allowed(self, app: App) -> bool:
        """Whether this person may do it now."""
        return (not self.roles or bool(set(self.roles) & set(app.session.roles))) and self.when(app)


def _page(name: str) -> Callable[[App], None]:
    def go(app: App) -> None:
        app.window.go(name)

    return go


def _step(name: str) -> Callable[[App], None]:
    def go(app: App) -> None:
        app.window.go_to_step(name)

    return go


def in_dossier(app: App) -> bool:
    """A dossier is open and in front."""
    return app.window.page_name == "intake"


STEPS = tuple(
    Action(
        f"step.{name}",
        f"actions.step.{name}",
        key,
        _step(name),
        in_dossier,
        group="actions.group.steps",
        bound_here=False,
    )
    for name, key in (("identity", "F2"), ("application", "F3"), ("papers", "F4"), ("fee", "F5"), ("receipt", "F6"))
)

ACTIONS: tuple[Action, ...] = (
    Action("dossier.new", "actions.dossier.new", "Ctrl+N", lambda app: app.window.new_dossier(), icon="file-plus"),
    Action("page.intake", "nav.intake", "Ctrl+1", _page("intake"), group="actions.group.pages", icon="file-plus"),
    Action("page.queue", "nav.queue", "Ctrl+2", _page("queue"), group="actions.group.pages", icon="folder-open"),
    Action("page.outbox", "nav.outbox", "Ctrl+3", _page("outbox"), group="actions.group.pages", icon="send"),
    Action(
        "page.devices",
        "nav.devices",
        "Ctrl+4",
        _page("devices"),
        group="actions.group.pages",
        icon="sliders-horizontal",
    ),
    Action("search", "actions.search", "Ctrl+K", lambda app: app.window.search(), icon="search"),
    Action("deliver", "actions.deliver", "Ctrl+Shift+D", lambda app: app.bridge.deliver_now(), icon="send"),
    Action(
        "language",
        "actions.language",
        "Ctrl+L",
        lambda app: app.window.other_language(),
        group="actions.group.view",
        icon="languages",
    ),
    Action(
        "contrast",
        "actions.contrast",
        "Ctrl+Shift+H",
        lambda app: app.window.other_contrast(),
        group="actions.group.view",
        icon="eye",
    ),
    Action(
        "keys", "actions.keys", "F1", lambda app: app.window.show_keys(), group="actions.group.view", icon="keyboard"
    ),
    Action("sign_out", "actions.sign_out", "Ctrl+Shift+L", lambda app: app.window.sign_out(), icon="log-out"),
    *STEPS,
)
"""What works on every page; a screen adds its own with `actions()`."""


def action(action_id: str) -> Action:
    """The row of that name."""
    return next(row for row in ACTIONS if row.id == action_id)

"""Everything that can be done, one row each: words, key, role, when, call. Keys are drawn from here only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clerk_app.domain.dossier import Step
    from ui.application import App
    from ui.screens.intake import IntakeScreen

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
    shown: Callable[[App], bool] | None = None
    """When the sheet of keys lists it, if that is not the same as when it may be done."""

    def allowed(self, app: App) -> bool:
        """Whether this person may do it now."""
        return (not self.roles or bool(set(self.roles) & set(app.session.roles))) and self.when(app)

    def listed(self, app: App) -> bool:
        """Whether the sheet of keys names it now."""
        return (self.shown or self.when)(app)


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


def _at(step: Step) -> Callable[[App], bool]:
    def there(app: App) -> bool:
        intake = app.window.intake
        return intake is not None and intake.step() == step

    return there


def _in_intake(call: Callable[[IntakeScreen], None]) -> Callable[[App], None]:
    """Something that the page of the open dossier does."""

    def do(app: App) -> None:
        if app.window.intake is not None:
            call(app.window.intake)

    return do


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


def _here(
    name: str, key: str, call: Callable[[IntakeScreen], None], step: Step | None = None, icon: str = ""
) -> Action:
    """A key that the page of the dossier binds itself: everywhere in it, or in one step."""
    return Action(
        f"dossier.{name}",
        f"actions.{name}",
        key,
        _in_intake(call),
        _at(step) if step is not None else in_dossier,
        group=f"actions.step.{step}" if step is not None else "actions.group.dossier",
        icon=icon,
        bound_here=False,
        shown=in_dossier,
    )


def _offer(place: int, intake: IntakeScreen) -> None:
    intake.cashier.take_offer(place)


DOSSIER = (
    _here("why", "F9", lambda intake: intake.toggle_why(), icon="info"),
    _here("side_up", "Ctrl+↑", lambda intake: intake.scroll_side(-1)),
    _here("side_down", "Ctrl+↓", lambda intake: intake.scroll_side(1)),
    _here("park", "Ctrl+S", lambda intake: intake.save_and_leave(), icon="inbox"),
    _here("read_card", "F7", lambda intake: intake.identity.read_card(), "identity", "id-card"),
    _here("ask_register", "F8", lambda intake: intake.identity.ask_register(), "identity", "refresh-cw"),
    _here("photograph_zone", "Shift+F7", lambda intake: intake.identity.photograph_zone(), "identity", "camera"),
    _here("compare_face", "F10", lambda intake: intake.identity.camera.compare(), "identity", "user"),
    _here("take_photo", "F11", lambda intake: intake.identity.camera.take_photo(), "identity", "camera"),
    _here("tick_licence", "Space", lambda intake: intake.identity.tick(), "identity", "check"),
    _here("scan", "Space", lambda intake: intake.papers.scan(), "papers", "scan-line"),
    _here("mark_seen", "M", lambda intake: intake.papers.mark_seen(), "papers", "eye"),
    _here("turn_page", "R", lambda intake: intake.papers.turn(), "papers", "rotate-cw"),
    _here("remove_page", "Del", lambda intake: intake.papers.remove(), "papers", "trash-2"),
    _here("zoom_page", "Z", lambda intake: intake.papers.closer(), "papers", "zoom-in"),
    _here("page_before", "PgUp", lambda intake: intake.papers.leaf(-1), "papers", "arrow-left"),
    _here("page_after", "PgDown", lambda intake: intake.papers.leaf(1), "papers", "arrow-right"),
    _here("move_page_up", "Alt+↑", lambda intake: intake.papers.shift(-1), "papers"),
    _here("move_page_down", "Alt+↓", lambda intake: intake.papers.shift(1), "papers"),
    _here("undo", "Ctrl+Z", lambda intake: intake.papers.undo(), "papers", "undo-2"),
    _here("redo", "Ctrl+Y", lambda intake: intake.papers.redo(), "papers", "redo-2"),
    *(_here(f"take_offer.{place}", str(place), partial(_offer, place - 1), "fee", "banknote") for place in range(1, 5)),
    _here("print", "Ctrl+P", lambda intake: intake.receipt.print_next(), "receipt", "printer"),
)
"""What can be done in an open dossier. The page binds these keys itself, so that a scanner's text never works them."""

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
    *DOSSIER,
)
"""All of it; a screen that has keys of its own besides adds them with `actions()`."""


def action(action_id: str) -> Action:
    """The row of that name."""
    return next(row for row in ACTIONS if row.id == action_id)

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
    from ui.screens.papers_hands import PapersHands


TAKE, FIND = "dossier.take", "dossier.find"
_PAPER_SCOPES = {
    "ask_waiver": "exception.ask",
    **dict.fromkeys(("original_page", "tray", "zoom_page", "page_before", "page_after"), FIND),
}
"""What the keys of the papers step need that do more, or less, than change the dossier."""


def always(_app: App) -> bool:
    """May be done at any time."""
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do. `key` is a Qt key sequence such as `Ctrl+N`; without a `scope` everybody may."""

    id: str
    text_key: str
    key: str
    call: Callable[[App], None]
    when: Callable[[App], bool] = always
    scope: str = ""
    group: str = "actions.group.desk"
    icon: str = ""
    bound_here: bool = True
    """Whether the shell makes the key work; a page that binds it itself says no, and the key is only shown."""
    shown: Callable[[App], bool] | None = None
    """When the sheet of keys lists it, if that is not the same as when it may be done."""
    of_dossier: bool = False
    """Whether it is done to the dossier that is open: then the scope must reach as far as that one."""

    def permitted(self, app: App) -> bool:
        """Whether the law lets this person do it."""
        return not self.scope or app.may(self.scope, self.of_dossier)

    def allowed(self, app: App) -> bool:
        """Whether this person may do it now."""
        return self.permitted(app) and self.when(app)

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


def with_dossier(app: App) -> bool:
    """A dossier is open, and it or its way is in front."""
    shell = app.window.shell
    return shell is not None and shell.dossier is not None and app.window.page_name in ("intake", "course")


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
    name: str,
    key: str,
    call: Callable[[IntakeScreen], None],
    step: Step | None = None,
    icon: str = "",
    scope: str = TAKE,
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
        scope=scope,
        bound_here=False,
        shown=in_dossier,
        of_dossier=True,
    )


def _papers(name: str, key: str, icon: str, call: Callable[[PapersHands], object]) -> Action:
    """A key of the papers step."""

    def do(intake: IntakeScreen) -> None:
        call(intake.papers.hands)

    return _here(name, key, do, "papers", icon, _PAPER_SCOPES.get(name, TAKE))


PAPERS: tuple[tuple[str, str, str, Callable[[PapersHands], object]], ...] = (
    ("scan", "Space", "scan-line", lambda hands: hands.scan()),
    ("scan_stack", "A", "scan-line", lambda hands: hands.scan_stack()),
    ("scan_backs", "D", "scan-line", lambda hands: hands.backs()),
    ("piles_anyway", "V", "", lambda hands: hands.put_together()),
    ("piles_other_order", "Shift+V", "", lambda hands: hands.put_together(True)),
    ("other_sides", "H", "", lambda hands: hands.other_sides()),
    ("rescan", "Q", "scan-line", lambda hands: hands.rescan()),
    ("open_files", "Ctrl+O", "folder-open", lambda hands: hands.choose_files()),
    ("take_folder", "I", "folder-open", lambda hands: hands.take_folder()),
    ("page_camera", "K", "camera", lambda hands: hands.camera()),
    ("mark_seen", "M", "eye", lambda hands: hands.mark_seen()),
    ("take_reuse", "U", "copy", lambda hands: hands.reuse()),
    ("ask_waiver", "X", "shield-check", lambda hands: hands.ask_waiver()),
    ("by_item", "1–9", "", lambda hands: None),
    ("split_page", "S", "", lambda hands: hands.split()),
    ("join_pages", "J", "", lambda hands: hands.join()),
    ("pair_pages", "P", "", lambda hands: hands.pair()),
    ("turn_page", "R", "rotate-cw", lambda hands: hands.turn()),
    ("crop_page", "C", "", lambda hands: hands.crop()),
    ("colour_page", "G", "", lambda hands: hands.colour()),
    ("original_page", "O", "eye", lambda hands: hands.original()),
    ("keep_page", "L", "check", lambda hands: hands.keep()),
    ("aside_page", "B", "", lambda hands: hands.aside()),
    ("tray", "T", "inbox", lambda hands: hands.tray()),
    ("remove_page", "Del", "trash-2", lambda hands: hands.remove()),
    ("zoom_page", "Z", "zoom-in", lambda hands: hands.zoom()),
    ("take_read", "Y", "check", lambda hands: hands.settle(True)),
    ("leave_read", "N", "x", lambda hands: hands.settle(False)),
    ("paper_fields", "E", "", lambda hands: hands.fields()),
    ("page_before", "PgUp", "arrow-left", lambda hands: hands.leaf(-1)),
    ("page_after", "PgDown", "arrow-right", lambda hands: hands.leaf(1)),
    ("move_page_up", "Alt+↑", "", lambda hands: hands.shift(-1)),
    ("move_page_down", "Alt+↓", "", lambda hands: hands.shift(1)),
    ("undo", "Ctrl+Z", "undo-2", lambda hands: hands.undo()),
    ("redo", "Ctrl+Y", "redo-2", lambda hands: hands.redo()),
)
"""What can be done in the papers step: name, key, icon, call."""


def _offer(place: int, intake: IntakeScreen) -> None:
    intake.cashier.take_offer(place)


DOSSIER = (
    _here("why", "F9", lambda intake: intake.toggle_why(), icon="info", scope=FIND),
    _here("side_up", "Ctrl+↑", lambda intake: intake.scroll_side(-1), scope=FIND),
    _here("side_down", "Ctrl+↓", lambda intake: intake.scroll_side(1), scope=FIND),
    _here("take_over", "Ctrl+Shift+T", lambda intake: intake.lease_line.ask(), icon="lock", scope="dossier.take_over"),
    _here("park", "Ctrl+S", lambda intake: intake.save_and_leave(), icon="inbox", scope=FIND),
    _here("read_card", "F7", lambda intake: intake.identity.read_card(), "identity", "id-card"),
    _here(
        "ask_register", "F8", lambda intake: intake.identity.ask_register(), "identity", "refresh-cw", "register.ask"
    ),
    _here(
        "ask_systems", "Shift+F8", lambda intake: intake.identity.systems.ask_all(), "identity", scope="register.ask"
    ),
    _here("open_online", "Ctrl+Shift+O", lambda intake: intake.identity.online.open_it(), "identity", "globe"),
    _here("photograph_zone", "Shift+F7", lambda intake: intake.identity.photograph_zone(), "identity", "camera"),
    _here("compare_face", "F10", lambda intake: intake.identity.camera.compare(), "identity", "user"),
    _here("take_photo", "F11", lambda intake: intake.identity.camera.take_photo(), "identity", "camera"),
    _here("tick_licence", "Space", lambda intake: intake.identity.tick(), "identity", "check"),
    _here("stop_pages", "Ctrl+Shift+X", lambda intake: intake.page_work.stop(), icon="x"),
    *(_papers(*row) for row in PAPERS),
    *(
        _here(f"take_offer.{place}", str(place), partial(_offer, place - 1), "fee", "banknote", "fee.take")
        for place in range(1, 5)
    ),
    _here("print_bill", "Ctrl+P", lambda intake: intake.cashier.print_bill(), "fee", "printer", "form.print"),
    _here("print", "Ctrl+P", lambda intake: intake.receipt.print_next(), "receipt", "printer", "form.print"),
)
"""What can be done in an open dossier. The page binds these keys itself, so that a scanner's text never works them."""

ACTIONS: tuple[Action, ...] = (
    Action(
        "dossier.new",
        "actions.dossier.new",
        "Ctrl+N",
        lambda app: app.window.new_dossier(),
        scope=TAKE,
        icon="file-plus",
    ),
    Action(
        "dossier.new_by_post",
        "actions.dossier.new_by_post",
        "Ctrl+Shift+N",
        lambda app: app.window.new_dossier("post"),
        scope=TAKE,
        icon="file-plus",
    ),
    Action(
        "page.intake",
        "nav.intake",
        "Ctrl+1",
        _page("intake"),
        scope=FIND,
        group="actions.group.pages",
        icon="file-plus",
    ),
    Action(
        "page.queue", "nav.queue", "Ctrl+2", _page("queue"), scope=FIND, group="actions.group.pages", icon="folder-open"
    ),
    Action(
        "page.outbox", "nav.outbox", "Ctrl+3", _page("outbox"), scope=FIND, group="actions.group.pages", icon="send"
    ),
    Action(
        "page.devices",
        "nav.devices",
        "Ctrl+4",
        _page("devices"),
        group="actions.group.pages",
        icon="sliders-horizontal",
    ),
    Action(
        "page.approvals",
        "nav.approvals",
        "Ctrl+5",
        _page("approvals"),
        lambda app: app.window.decides,
        scope="exception.decide",
        group="actions.group.pages",
        icon="shield-check",
    ),
    Action(
        "page.trail",
        "nav.trail",
        "Ctrl+6",
        _page("trail"),
        scope="trail.read",
        group="actions.group.pages",
        icon="eye",
    ),
    Action(
        "page.review",
        "nav.review",
        "Ctrl+7",
        _page("review"),
        scope=FIND,
        group="actions.group.pages",
        icon="package-check",
    ),
    Action(
        "page.course",
        "nav.course",
        "Ctrl+8",
        _page("course"),
        with_dossier,
        scope=FIND,
        group="actions.group.dossier",
        icon="clock",
        of_dossier=True,
    ),
    Action(
        "page.reports",
        "nav.reports",
        "Ctrl+R",
        _page("reports"),
        scope="report.read",
        group="actions.group.pages",
        icon="file-text",
    ),
    Action(
        "page.online",
        "nav.online",
        "Ctrl+9",
        _page("online"),
        scope=FIND,
        group="actions.group.pages",
        icon="globe",
    ),
    Action(
        "page.results",
        "nav.results",
        "Ctrl+0",
        _page("results"),
        scope="result.deliver",
        group="actions.group.pages",
        icon="id-card",
    ),
    Action("answer", "actions.answer", "Ctrl+J", lambda app: app.window.go_to_answer(), scope=FIND, icon="arrow-right"),
    Action("search", "actions.search", "Ctrl+K", lambda app: app.window.search(), scope=FIND, icon="search"),
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
    Action("lock", "actions.lock", "Ctrl+Alt+L", lambda app: app.window.lock(), icon="lock"),
    Action("pin", "actions.pin", "Ctrl+Alt+P", lambda app: app.window.choose_pin(), icon="lock"),
    Action("sign_out", "actions.sign_out", "Ctrl+Shift+L", lambda app: app.window.sign_out(), icon="log-out"),
    *STEPS,
    *DOSSIER,
)
"""All of it; a screen that has keys of its own besides adds them with `actions()`."""


def action(action_id: str) -> Action:
    """The row of that name."""
    return next(row for row in ACTIONS if row.id == action_id)

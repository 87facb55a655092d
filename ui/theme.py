"""The design tokens (colour, space, radius, type) and what is made of them: one style sheet, fonts, icons.

Before the first frame every class of Qt that is touched costs time (the namespace `Qt` alone 15 ms), so drawing
imports what it needs when it first draws.

No widget names a colour: it carries a `class` or `tone` property and the style sheet does the rest. Painting code asks
`colour("token")`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon, QPixmap
    from PySide6.QtWidgets import QApplication, QWidget

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
FAMILY = "Be Vietnam Pro"
SHEETS = ("quay", "intake")
"""The rules of the kit, then those of the rooms that have their own."""

CALM = {
    "accent": "#9e1b32",
    "accent_strong": "#821428",
    "accent_soft": "#fbeef0",
    "accent_key": "#ab394d",
    "accent_pale": "#d9a2ac",
    "accent_line": "#fbeef0",
    "on_accent": "#ffffff",
    "ground": "#f4f5f7",
    "surface": "#ffffff",
    "raised": "#f8f9fb",
    "well": "#eceff3",
    "line": "#e2e5ea",
    "line_strong": "#c3c9d2",
    "ink": "#16202e",
    "muted": "#566173",
    "faint": "#6f7a8a",
    "focus": "#1c5fb8",
    "good": "#13795b",
    "good_soft": "#e6f5ef",
    "good_line": "#cfe6dc",
    "good_edge": "#e6f5ef",
    "proven": "#f8faf9",
    "warn": "#8a5200",
    "warn_soft": "#fff4e0",
    "warn_line": "#f1d9ab",
    "warn_edge": "#fff4e0",
    "bad": "#b3261e",
    "bad_soft": "#fdecea",
    "bad_line": "#f2c4c0",
    "bad_edge": "#fdecea",
    "info": "#1c5fb8",
    "info_soft": "#e8f1fc",
    "info_line": "#c5dbf5",
    "info_edge": "#e8f1fc",
    "calm": "#566173",
    "calm_soft": "#f0f2f5",
    "calm_line": "#e2e5ea",
    "calm_edge": "#f0f2f5",
    "portrait": "#d3deea",
    "portrait_shape": "#8fa3b8",
    "veil": "#6616202e",
}

HIGH_CONTRAST = CALM | {
    "accent": "#7a0019",
    "accent_strong": "#4d0010",
    "accent_soft": "#ffffff",
    "accent_key": "#7a0019",
    "accent_line": "#7a0019",
    "ground": "#ffffff",
    "raised": "#ffffff",
    "well": "#ffffff",
    "line": "#000000",
    "line_strong": "#000000",
    "ink": "#000000",
    "muted": "#000000",
    "faint": "#333333",
    "focus": "#0033cc",
    "good": "#00472f",
    "good_soft": "#ffffff",
    "good_line": "#00472f",
    "good_edge": "#00472f",
    "proven": "#ffffff",
    "warn": "#5c3300",
    "warn_soft": "#ffffff",
    "warn_line": "#5c3300",
    "warn_edge": "#5c3300",
    "bad": "#8b0000",
    "bad_soft": "#ffffff",
    "bad_line": "#8b0000",
    "bad_edge": "#8b0000",
    "info": "#00296b",
    "info_soft": "#ffffff",
    "info_line": "#00296b",
    "info_edge": "#00296b",
    "calm": "#000000",
    "calm_soft": "#ffffff",
    "calm_line": "#000000",
    "calm_edge": "#000000",
}

COLOUR: dict[str, str] = dict(CALM)
CODE_GROUND, CODE_INK = QColor("white"), QColor("black")
"""A code that a telephone reads is black on white in every theme."""
SPACE = {"xs": 4, "s": 8, "m": 12, "l": 16, "xl": 24, "xxl": 40}
RADIUS = {"s": 4, "m": 8, "l": 12}
TYPE = {"caption": 12, "small": 13, "body": 14, "title": 15, "heading": 21, "figure": 26, "display": 30}

_colours: dict[str, QColor] = {}
_pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
_icons: dict[tuple[str, str], QIcon] = {}


def colour(token: str) -> QColor:
    """The colour of a token as it is now; not to be changed."""
    made = _colours.get(token)
    if made is None:
        made = _colours[token] = QColor(COLOUR[token])
    return made


def set_high_contrast(high: bool) -> None:
    """Change every token; the window then asks for a new `stylesheet()` and its widgets to redraw."""
    COLOUR.update(HIGH_CONTRAST if high else CALM)
    _colours.clear()
    _icons.clear()
    _pixmaps.clear()


def is_high_contrast() -> bool:
    """Whether the strong colours are on."""
    return COLOUR["ink"] == HIGH_CONTRAST["ink"]


def stylesheet() -> str:
    """The one style sheet: the files of resources/style with the tokens filled in for `@token`."""
    text = "\n".join((RESOURCES / "style" / f"{name}.qss").read_text(encoding="utf-8") for name in SHEETS)
    tokens = COLOUR | {f"space_{name}": f"{size}px" for name, size in SPACE.items()}
    tokens |= {f"radius_{name}": f"{size}px" for name, size in RADIUS.items()}
    tokens |= {f"type_{name}": f"{size}px" for name, size in TYPE.items()}
    tokens["style_folder"] = (RESOURCES / "style").as_posix()
    for name in sorted(tokens, key=len, reverse=True):
        text = text.replace("@" + name, tokens[name])
    return text


def palette() -> QPalette:
    """Colours for what a style sheet does not reach: placeholder text, selections, links."""
    made = QPalette()
    for role, token in (
        (QPalette.ColorRole.Window, "ground"),
        (QPalette.ColorRole.Base, "surface"),
        (QPalette.ColorRole.AlternateBase, "raised"),
        (QPalette.ColorRole.Text, "ink"),
        (QPalette.ColorRole.WindowText, "ink"),
        (QPalette.ColorRole.ButtonText, "ink"),
        (QPalette.ColorRole.PlaceholderText, "faint"),
        (QPalette.ColorRole.Highlight, "accent"),
        (QPalette.ColorRole.HighlightedText, "on_accent"),
        (QPalette.ColorRole.Link, "accent"),
        (QPalette.ColorRole.ToolTipBase, "ink"),
        (QPalette.ColorRole.ToolTipText, "surface"),
    ):
        made.setColor(role, colour(token))
    return made


def fonts(first_frame_only: bool = False) -> None:
    """Load Be Vietnam Pro from our own folder; before the first frame only the two weights it needs."""
    folder = RESOURCES / "fonts"
    for name in ("400Regular", "600SemiBold") if first_frame_only else ("500Medium",):
        QFontDatabase.addApplicationFont(str(folder / f"BeVietnamPro_{name}.ttf"))


def dress(application: QApplication) -> None:
    """Give the application its font, palette and style sheet; every widget is styled anew only if they changed."""
    sheet = stylesheet()
    if application.font().family() == FAMILY and application.styleSheet() == sheet:
        return
    font = QFont(FAMILY)
    font.setPixelSize(TYPE["body"])
    application.setFont(font)
    application.setPalette(palette())
    application.setStyleSheet(sheet)


def pixmap(name: str, tone: str = "muted", size: int = 20, ratio: float = 0.0) -> QPixmap:
    """The icon `name` drawn in the colour of `tone` at `size` logical pixels, sharp at `ratio` device pixels."""
    from PySide6.QtGui import QGuiApplication

    if not ratio:
        ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    key = (name, COLOUR[tone], size, ratio)
    if key not in _pixmaps:
        from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
        from PySide6.QtGui import QPainter, QPixmap
        from PySide6.QtSvg import QSvgRenderer

        text = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        renderer = QSvgRenderer(QByteArray(text.replace("currentColor", COLOUR[tone]).encode()))
        drawn = QPixmap(QSize(round(size * ratio), round(size * ratio)))
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(drawn.rect()))
        painter.end()
        drawn.setDevicePixelRatio(ratio)
        _pixmaps[key] = drawn
    return _pixmaps[key]


def icon(name: str, tone: str = "muted") -> QIcon:
    """A Lucide icon in the colour of a tone, cached; grey when its control is disabled."""
    from PySide6.QtGui import QIcon

    key = (name, tone)
    if key not in _icons:
        made = QIcon(pixmap(name, tone, 20))
        made.addPixmap(pixmap(name, "faint", 20), QIcon.Mode.Disabled)
        _icons[key] = made
    return _icons[key]


def mark(widget: QWidget, **properties: str) -> None:
    """Set dynamic properties and let the style sheet look at the widget again."""
    for name, value in properties.items():
        widget.setProperty("class" if name == "kind" else name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)

"""What a screen is given: the desk, the lanes, the bridge, who sits here, the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clerk_app.desk.desk import Desk

    from clerk_app.desk.views import SessionView
    from ui.bridge import Bridge
    from ui.jobs import Jobs
    from ui.window import Window


@dataclass(slots=True, eq=False)
class App:
    """Passed to every screen by its constructor; there is no global."""

    desk: Desk
    jobs: Jobs
    bridge: Bridge
    session: SessionView
    window: Window

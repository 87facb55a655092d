"""What every step of the intake promises to the screen around it."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from clerk_app.desk.views import IntakeView
    from clerk_app.domain.dossier import Step
    from ui.dossier_work import DossierWork


class StepPage(QWidget):
    """One step of the intake: shows a view, says what Enter would do, does it."""

    step: Step
    wide = False
    """Whether it needs the right column's room."""

    primary_changed = Signal()
    advance = Signal()
    """This step is done as far as the clerk is concerned: go on."""
    jump = Signal(str, str)
    """Go to a step and a field."""
    another = Signal()
    """The next citizen, please."""

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.work = work

    # The type checker holds every page to it. Qt's metaclass is not ABCMeta, so nothing would at run time.
    @abstractmethod
    def show_view(self, view: IntakeView, checked: bool = False) -> None:
        """Show the dossier's state; `checked` when the clerk just tried to go on."""

    def grow(self, view: IntakeView) -> bool:
        """Make a part of what `show_view` will need while nobody looks; whether all of it is there."""
        return True

    def primary(self) -> tuple[str, str, bool]:
        """The key of the words on the primary button, the key of the keyboard, whether it can be pressed."""
        return "intake.next", "Enter", True

    def hint(self) -> str:
        """The key of the words about what the keyboard does here."""
        return f"intake.hint.{self.step}"

    def enter(self) -> None:
        """Enter was pressed."""
        self.advance.emit()

    def entered(self) -> None:
        """The clerk came to this step."""

    def back(self) -> bool:
        """Esc was pressed; True if the step itself had something to take back."""
        return False

    def focus_on(self, name: str = "") -> None:
        """Put the caret where the clerk goes on: into a field by name, else where something is missing."""
        self.setFocus()

    def blocked(self, view: IntakeView) -> bool:
        """Whether a checked view keeps the clerk here; the step has then already said why and put the caret there."""
        return False

    def show_why(self, on: bool) -> None:
        """Show or hide the reasons."""

    def retranslate(self) -> None:
        """Words of the moment."""

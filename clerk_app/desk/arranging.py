"""What a clerk does with the pages that are there: turn, move, take out, give to an item; all of it can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from clerk_app.desk.checklist import needed_of
from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.views import IntakeView
from clerk_app.domain import arranging
from clerk_app.domain.arranging import Duplex, Misfit, Pages
from clerk_app.domain.dossier import Act, Dossier, arranged
from clerk_app.domain.refusals import Refusal, Words

Indices = int | Sequence[int]
"""One page or several, by `PageView.index`: the place in the whole list, the tray included."""

_MISFITS = {
    "sizes": Words("khác cỡ giấy", "the sizes differ"),
    "numbers": Words("số trang không nối tiếp", "the page numbers do not follow each other"),
    "sides": Words("thẻ đặt ngược mặt", "the card lay the wrong way round"),
}


class Arranging:
    """The list of pages of one dossier. Every verb writes the list as it then stands; nothing is lost by any.

    A verb that changes nothing writes nothing, so that undo always undoes something. All raise `Refusal`
    `PAGE_UNKNOWN`, and `PAPER_UNKNOWN` for an item that this dossier does not have.
    """

    def __init__(self, counter: Counter, show: Show) -> None:
        self._counter = counter
        self._show = show

    def turn(self, dossier: UUID, index: Indices, quarters: int = 1) -> IntakeView:
        """So many quarter turns to the right."""
        places = _places(index)
        return self._rearrange(dossier, places, "rotate", lambda pages: arranging.turned(pages, places, quarters))

    def remove(self, dossier: UUID, index: Indices) -> IntakeView:
        """Take pages out of the dossier. The sheets stay; undo brings the pages back."""
        places = _places(index)
        return self._rearrange(dossier, places, "delete", lambda pages: arranging.without(pages, places))

    def move(self, dossier: UUID, index: int, to: int) -> IntakeView:
        """Put a page at another place of the list; beyond its ends is at them."""
        return self._rearrange(dossier, (index,), "move", lambda pages: arranging.moved(pages, index, to))

    def assign(self, dossier: UUID, index: Indices, paper: str) -> IntakeView:
        """Give pages to another item of the checklist; to none for the empty code."""
        places = _places(index)
        return self._rearrange(
            dossier, places, "assign", lambda pages: arranging.assigned(pages, places, paper), (paper,)
        )

    def split(self, dossier: UUID, index: int, paper: str) -> IntakeView:
        """Give the pages of an item from this one on to another item."""
        return self._rearrange(dossier, (index,), "split", lambda pages: arranging.split(pages, index, paper), (paper,))

    def join(self, dossier: UUID, paper: str, into: str) -> IntakeView:
        """Give all pages of one item to another, behind those it has; those of none for the empty code."""
        return self._rearrange(dossier, (), "join", lambda pages: arranging.joined(pages, paper, into), (into,))

    def set_aside(self, dossier: UUID, index: Indices) -> IntakeView:
        """Put pages into the tray: they are no part of the dossier, and nothing of them is lost."""
        places = _places(index)
        return self._rearrange(dossier, places, "aside", lambda pages: arranging.set_aside(pages, places))

    def bring_back(self, dossier: UUID, index: Indices) -> IntakeView:
        """Take pages out of the tray, also blank ones."""
        places = _places(index)
        return self._rearrange(dossier, places, "back", lambda pages: arranging.brought_back(pages, places))

    def look_at(self, dossier: UUID, index: Indices) -> IntakeView:
        """The clerk saw what is wrong with a page, or that its other side is missing, and keeps it."""
        places = _places(index)
        return self._rearrange(dossier, places, "keep", lambda pages: arranging.looked_at(pages, places))

    def pair(self, dossier: UUID, index: int, back: int = -1) -> IntakeView:
        """Make two pages front and back of one card. Below 0 the back is the page that follows its front.

        Raises `Refusal` `PAGE_ALONE` where none does.
        """

        def paired(pages: Pages) -> Pages:
            after = (place for place in range(index + 1, len(pages)) if not pages[place].aside)
            behind = back if back >= 0 else next(after, -1)
            if behind in (-1, index):
                raise Refusal(
                    "PAGE_ALONE",
                    Words("Không có trang nào để ghép làm mặt sau.", "There is no page to be its back."),
                    Words(
                        "Quét mặt sau, hoặc chọn trang mặt trước.", "Scan the back, or choose the page of the front."
                    ),
                )
            return arranging.paired(pages, index, behind)

        return self._rearrange(dossier, (index, back) if back >= 0 else (index,), "pair", paired)

    def interleave(
        self, dossier: UUID, first: int, second: int = -1, backwards: bool = True, anyway: bool = False
    ) -> IntakeView:
        """Put backs that were scanned as a second pile between their fronts.

        The fronts begin at `first`, the backs at `second` (below 0: halfway) and end with the list. `backwards`: the
        stack was turned over as a whole, so that the last back came first. Raises `Refusal` `DUPLEX_COUNT` where the
        piles differ in number, and `DUPLEX_DOUBTFUL` where sizes or page numbers of a front and its back do not fit,
        unless `anyway`: that it was done against the doubt is then on record.
        """

        def act(pages: Pages) -> Act:
            doubted = arranging.misfits(pages, arranging.piles(pages, first, second, backwards))
            return "interleave_anyway" if doubted else "interleave"

        def put(pages: Pages) -> Pages:
            duplex = arranging.piles(pages, first, second, backwards)
            if not duplex.agree or not duplex.fronts:
                raise _uneven(duplex)
            wrong = arranging.misfits(pages, duplex)
            if wrong and not anyway:
                other = arranging.misfits(pages, arranging.piles(pages, first, second, not backwards))
                raise _doubtful(wrong, not other)
            return arranging.interleaved(pages, duplex)

        return self._rearrange(dossier, (first, second) if second >= 0 else (first,), act, put)

    def _rearrange(
        self,
        dossier: UUID,
        places: Sequence[int],
        act: Act | Callable[[Pages], Act],
        change: Callable[[Pages], Pages],
        papers: Sequence[str] = (),
    ) -> IntakeView:
        who = self._counter.demand("dossier.take", dossier).id
        with self._counter.journal.together():
            state = self._counter.draft(dossier)
            for paper in papers:
                needed_of(self._counter, state, paper)
            pages = change(_there(state, places))
            if pages != state.pages:
                done = act(state.pages) if callable(act) else act
                state = self._counter.write(dossier, arranged(state, pages, done), who=who)
        return self._show(state)

    def undo(self, dossier: UUID) -> IntakeView:
        """Back to the list of pages before."""
        return self._step(dossier, "undo")

    def redo(self, dossier: UUID) -> IntakeView:
        """Forward again."""
        return self._step(dossier, "redo")

    def _step(self, dossier: UUID, act: Act) -> IntakeView:
        who = self._counter.demand("dossier.take", dossier).id
        with self._counter.journal.together():
            state = self._counter.draft(dossier)
            lists = state.past_pages if act == "undo" else state.future_pages
            if lists:
                state = self._counter.write(dossier, arranged(state, lists[-1], act), who=who)
        return self._show(state)


def _places(index: Indices) -> tuple[int, ...]:
    return (index,) if isinstance(index, int) else tuple(index)


def _there(state: Dossier, places: Sequence[int]) -> Pages:
    """The pages, if all that are named are among them."""
    if not all(0 <= place < len(state.pages) for place in places):
        raise Refusal(
            "PAGE_UNKNOWN",
            Words("Trang này không còn trong hồ sơ.", "This page is no longer in the dossier."),
            Words("Tải lại hồ sơ rồi chọn lại trang.", "Look at the dossier again and choose the page."),
        )
    return state.pages


def _uneven(duplex: Duplex) -> Refusal:
    fronts, backs = len(duplex.fronts), len(duplex.backs)
    return Refusal(
        "DUPLEX_COUNT",
        Words(
            f"Có {fronts} mặt trước nhưng {backs} mặt sau: một trang bị thiếu hoặc thừa.",
            f"There are {fronts} fronts but {backs} backs: a page is missing or one too many.",
        ),
        Words(
            "Đếm lại hai lượt quét; quét thêm trang thiếu hoặc để trang thừa ra khay, rồi ghép lại.",
            "Count both piles; scan what is missing or set aside what is too much, then try again.",
        ),
    )


def _doubtful(wrong: Sequence[Misfit], other_order_fits: bool) -> Refusal:
    said = [(str(one.sheet + 1), _MISFITS[one.why]) for one in wrong]
    if other_order_fits:
        remedy = Words(
            "Thứ tự ngược lại thì khớp: đổi thứ tự mặt sau rồi ghép lại.",
            "The other order fits: choose the other order of the backs.",
        )
    else:
        remedy = Words(
            "Xem lại thứ tự hai lượt quét; nếu đúng như vậy thì chọn vẫn ghép.",
            "Look at the order of both piles; if it is right, put them together anyway.",
        )
    vi = "; ".join(f"tờ {number} {why.vi}" for number, why in said)
    en = "; ".join(f"sheet {number}: {why.en}" for number, why in said)
    return Refusal(
        "DUPLEX_DOUBTFUL", Words(f"Mặt trước và mặt sau không khớp: {vi}.", f"They do not fit: {en}."), remedy
    )

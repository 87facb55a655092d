"""The page of a day says what holds then, in every form in which it is drawn."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import combinations
from typing import get_args
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.catalogue.showing.document import document_of
from clerk_app.catalogue.showing.html import Language, html_of
from clerk_app.catalogue.showing.layout import drawn
from clerk_app.catalogue.showing.text import text_of
from clerk_app.catalogue.showing.whole import page_of
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.steps import BEGIN
from tests.peers.pack import training_pack

TODAY = date(2026, 11, 23)
VOID = {"meta", "br"}
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Reader(HTMLParser):
    """What a file is made of: tags that were opened and not closed, ids, and where links go."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            assert not name.startswith("on")
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")
        if tag not in VOID and not (self.get_starttag_text() or "").endswith("/>"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not (self.get_starttag_text() or "").endswith("/>") or self.open[-1] == tag:
            assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("on", [TODAY, date(2024, 6, 3), date(2018, 1, 1), date.max, date.min])
def test_the_file_is_whole_fetches_nothing_and_runs_nothing(language: Language, on: date) -> None:
    said = html_of(page_of(training_pack(), on), language)
    reader = Reader()
    reader.feed(said)
    reader.close()
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    assert all(link.startswith("#") for link in reader.links)
    assert reader.tags["script"] == reader.tags["link"] == reader.tags["img"] == 0
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org/2000/svg)", said)
    assert reader.tags["h1"] == 1
    assert ('scope="col"' in said) == (reader.tags["table"] > 0) == (on > date.min)


def test_both_languages_stand_side_by_side_or_one_alone() -> None:
    page = page_of(training_pack(), TODAY)
    vi, en, both = (html_of(page, language) for language in ("vi", "en", "both"))
    case = training_pack().as_of(TODAY).case("DOI_HONG")
    assert case is not None
    assert (case.name.vi in vi, case.name.en in vi) == (True, False)
    assert (case.name.vi in en, case.name.en in en) == (False, True)
    assert f'<span lang="vi">{case.name.vi}</span> <span lang="en" class="en">{case.name.en}</span>' in both


def test_words_of_the_law_cannot_become_tags() -> None:
    said = html_of(page_of(training_pack(), TODAY), "en")
    assert "motorcycle from 50 to &lt;175 cc" in said


def test_a_doubt_is_marked_in_words_and_gathered_at_the_end() -> None:
    page = page_of(training_pack(), TODAY)
    text = text_of(page, "en")
    assert re.search(r"FB2 \(old\) BE.*\[(not|partly) confirmed\]", text)
    assert not re.search(r"A2 \(old\) A;.*confirmed\]", text)
    assert text.index("What is not fully confirmed") > text.index("Settings of the office")
    assert "FB2 (old) – BE" in text.partition("What is not fully confirmed")[2]
    assert html_of(page, "vi").count('class="doubt"') > 50


def test_conditions_are_said_in_words() -> None:
    text = text_of(page_of(training_pack(), TODAY), "en")
    assert "When: the person is not a Vietnamese citizen or the person lives abroad" in text
    assert "switches has" not in text
    assert "PAPER_WAIVED Supervisor; Cases: every case; When: when a clerk asks for it" in text


def test_one_procedure_is_shown_alone_and_an_unknown_one_is_refused() -> None:
    document = document_of(training_pack(), TODAY, "driving-permit-international", "en")
    assert [one["code"] for one in _rows(document["cases"])] == ["CAP_IDP"]
    assert "issue-permit" in [one["code"] for one in _rows(document["steps"])]
    assert "print-card" not in [one["code"] for one in _rows(document["steps"])]
    assert list(page_of(training_pack(), TODAY, "driving-permit-international").pictures) == [
        "driving-permit-international"
    ]
    with pytest.raises(Refusal, match="PROCEDURE_UNKNOWN"):
        page_of(training_pack(), TODAY, "licence-sale")


def _rows(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value


def test_the_document_keeps_its_public_fields() -> None:
    document = document_of(training_pack(), TODAY, "", "vi")
    assert (document["on"], document["rule_set"]) == ("2026-11-23", "R7")
    assert {"code", "name", "basis"} <= set(_rows(document["cases"])[0])
    assert {"code", "channel", "fee_vnd", "basis"} <= set(_rows(document["fees"])[0])
    assert {"key", "days", "basis", "verified"} <= set(_rows(document["limits"])[0])
    (exchange,) = [one for one in _rows(document["cases"]) if one["code"] == "DOI_SAP_HET_HAN"]
    assert (exchange["days"], exchange["fees_vnd"]) == (3.5, {"counter": 115000, "online": 115000, "post": 115000})
    assert "GKSK" in [one["code"] for one in _rows(exchange["papers"])]
    assert "2026-11-24" in [one["day"] for one in _rows(document["holidays"])]


def test_the_picture_of_the_steps_shows_every_state_and_step_once() -> None:
    page = page_of(training_pack(), TODAY)
    rules = training_pack().as_of(TODAY)
    for procedure, pictures in page.pictures.items():
        steps = [step for step in rules.steps if step.of(procedure)]
        for picture in pictures:
            svg = ElementTree.fromstring(picture)
            name = "{http://www.w3.org/2000/svg}"
            boxes = [box for box in svg.iter(f"{name}rect") if box.get("height") == "46"]
            states = {code for step in steps for code in (*step.start, step.to)} - {BEGIN}
            assert len(boxes) == len(states)
            lines = [line for line in svg.iter(f"{name}path") if line.get("marker-end")]
            assert len(lines) == len({(start, step.to) for step in steps for start in step.start})
            said = " ".join(text.text or "" for text in svg.iter(f"{name}text"))
            assert all(re.search(rf"\b{number}\b", said) for number in range(1, len(steps) + 1))
            for one, other in combinations(boxes, 2):
                assert not _meet(one, other)


def _meet(one: ElementTree.Element, other: ElementTree.Element) -> bool:
    def span(box: ElementTree.Element, place: str, size: str) -> tuple[float, float]:
        return float(box.attrib[place]), float(box.attrib[place]) + float(box.attrib[size])

    def crossing(place: str, size: str) -> bool:
        (a, b), (c, d) = span(one, place, size), span(other, place, size)
        return a < d and c < b

    return crossing("x", "width") and crossing("y", "height")


GRAPHS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30).map(
    lambda pairs: [(str(min(a, 9)), str(b)) for a, b in [(0, 1), *pairs]]
)


@given(GRAPHS)
def test_any_small_graph_is_drawn_without_boxes_that_meet(graph: list[tuple[str, str]]) -> None:
    alive = {"0"}
    for _ in graph:
        alive |= {b for a, b in graph if a in alive}
    ways = [(a, b) for a, b in graph if a in alive]
    plan = drawn("0", ways, 100, 10, 50)
    assert set(plan.nodes) == alive
    assert set(plan.lines) == {(a, b) for a, b in ways if a != b}
    for (a, (x0, y0)), (b, (x1, y1)) in combinations(plan.nodes.items(), 2):
        assert y0 != y1 or abs(x0 - x1) >= 109.9, (a, b)
    for x, y in plan.nodes.values():
        assert 49.9 <= x <= plan.width - 49.9
        assert 0 < y < plan.height
    for (a, b), line in plan.lines.items():
        assert (line[0], line[-1]) == (plan.nodes[a], plan.nodes[b])


def test_a_state_without_a_row_is_drawn_by_its_code() -> None:
    pack = training_pack()
    bare = replace(pack, tables=replace(pack.tables, states=()), _known={})
    with pytest.raises(KeyError):
        bare.as_of(TODAY).states["accepted"]
    assert ">accepted<" in html_of(page_of(bare, TODAY), "en")

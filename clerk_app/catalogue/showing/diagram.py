"""The life of a dossier of one procedure as a picture: inline SVG, no script, the same as the table beside it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from clerk_app.catalogue.showing.layout import Drawn, drawn
from clerk_app.domain.refusals import Words
from clerk_app.domain.steps import BEGIN, Clock, State, Step, reached

NODE_WIDTH = 168.0
_NODE_HEIGHT = 46.0
_GAP = 18.0
_ROW = 104.0
_MARGIN = 26.0
_LINE = 20
_BEGIN_WIDTH = 150.0
_BEGIN_WORDS = Words("Bắt đầu", "Begin")
_ALONG = (0.34, 0.62)
"""Numbers stand alternately nearer to and further from where their lines begin, so that they do not meet."""
_FONTS = "Be Vietnam Pro, Segoe UI, Noto Sans, Arial, sans-serif"

Point = tuple[float, float]
_DASHES: dict[Clock, str] = {"runs": "", "paused": "7 4", "stopped": "2 4"}
"""How a line looks says what the clock does, so that colour is not needed to tell."""


def steps_svg(code: str, name: Words, states: Mapping[str, State], steps: Sequence[Step], language: str) -> str:
    """The picture; steps are numbered from 1 in their order. Empty where there is no beginning."""
    if not any(BEGIN in step.start for step in steps):
        return ""
    alive = reached(steps, (BEGIN,))
    lines = [(start, step.to) for step in steps for start in step.start if start in alive]
    plan = drawn(BEGIN, lines, NODE_WIDTH, _GAP, _ROW)
    parts = [_edge(code, plan, way, steps) for way in dict.fromkeys(lines)]
    parts += [_node(centre, state, states, language) for state, centre in plan.nodes.items()]
    parts += [_numbers(plan, way, steps) for way in dict.fromkeys(lines)]
    width, height = plan.width + 2 * _MARGIN, plan.height + 2 * _MARGIN - (_ROW - _NODE_HEIGHT)
    shift = _MARGIN - (_ROW - _NODE_HEIGHT) / 2
    title = escape(name.of(language))
    # Looks stand in the picture itself, so that it is the same wherever it is pasted.
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img" '
        f'aria-label="{title}" xmlns="http://www.w3.org/2000/svg" class="steps" '
        f'font-family="{_FONTS}" font-size="13" text-anchor="middle" fill="#1b2733"><title>{title}</title>'
        f"<defs>{_ARROW.format(code=escape(code))}</defs>"
        f'<g transform="translate({_MARGIN:.0f} {shift:.0f})">{"".join(parts)}</g></svg>'
    )


_ARROW = (
    '<marker id="arrow-{code}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z" fill="#33475b"/></marker>'
)


def _node(centre: Point, code: str, states: Mapping[str, State], language: str) -> str:
    x, y = centre
    if code == BEGIN:
        begin = _BEGIN_WORDS.of(language)
        return (
            f'<g><rect x="{x - _BEGIN_WIDTH / 2:.0f}" y="{y - 12:.0f}" width="{_BEGIN_WIDTH:.0f}" height="24" rx="12" '
            f'fill="#33475b"/><text x="{x:.0f}" y="{y + 4.5:.0f}" fill="#ffffff">{begin}</text></g>'
        )
    state = states.get(code)
    left, top = x - NODE_WIDTH / 2, y - _NODE_HEIGHT / 2
    frame = 'stroke-width="3"' if state and state.ends else 'stroke-width="1.4"'
    # A pack that names no such state is still drawn: the check tells what it lacks.
    said = _wrapped(state.name.of(language) if state else code)
    lines = "".join(
        f'<text x="{x:.0f}" y="{y + 5 + (index - (len(said) - 1) / 2) * 15:.0f}">{escape(line)}</text>'
        for index, line in enumerate(said)
    )
    return (
        f'<g><rect x="{left:.0f}" y="{top:.0f}" width="{NODE_WIDTH:.0f}" height="{_NODE_HEIGHT:.0f}" rx="7" '
        f'fill="#ffffff" stroke="#33475b" {frame}/>{lines}</g>'
    )


def _wrapped(text: str) -> tuple[str, ...]:
    """The words on at most two lines, of about the same length."""
    words = text.split()
    if len(text) <= _LINE or len(words) < 2:
        return (text,)
    cuts = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    return min(cuts, key=lambda pair: max(len(pair[0]), len(pair[1])))


def _edge(code: str, plan: Drawn, way: tuple[str, str], steps: Sequence[Step]) -> str:
    clock = next(step.clock for step in steps if way[0] in step.start and step.to == way[1])
    dash = f' stroke-dasharray="{_DASHES[clock]}"' if _DASHES[clock] else ""
    return (
        f'<path d="{_path(_points(plan, way))}" fill="none" stroke="#33475b" stroke-width="1.4"{dash} '
        f'marker-end="url(#arrow-{escape(code)})"/>'
    )


def _points(plan: Drawn, way: tuple[str, str]) -> list[Point]:
    """Where a line runs: out of the lower or upper edge of a box, by its places, into the edge of the other."""
    if way[0] == way[1]:
        x, y = plan.nodes[way[0]]
        side = x + NODE_WIDTH / 2
        return [(side, y - 12), (side + 22, y - 12), (side + 22, y + 12), (side, y + 12)]
    points = list(plan.lines[way])
    down = points[-1][1] > points[0][1]
    (_, y0), (_, y1) = points[0], points[-1]
    half = _NODE_HEIGHT / 2 * (1 if down else -1)
    leaves = y0 + (12 if way[0] == BEGIN else half)
    return [(_port(plan, way, 0)[0], leaves), *points[1:-1], (_port(plan, way, 1)[0], y1 - half)]


def _port(plan: Drawn, way: tuple[str, str], end: int) -> tuple[float, int]:
    """Where on the edge of its box a line ends, and as which one from the left: lines share the edge evenly."""
    node = way[end]
    edge = [one for one in plan.lines if node in one and _below(plan, one, node) == _below(plan, way, node)]

    def beyond(one: tuple[str, str]) -> float:
        return (plan.lines[one][1] if one[0] == node else plan.lines[one][-2])[0]

    index = sorted(edge, key=beyond).index(way)
    width = _BEGIN_WIDTH if node == BEGIN else NODE_WIDTH
    return plan.nodes[node][0] + width * ((index + 1) / (len(edge) + 1) - 0.5), index


def _below(plan: Drawn, way: tuple[str, str], node: str) -> bool:
    other = way[1] if way[0] == node else way[0]
    return plan.nodes[other][1] > plan.nodes[node][1]


def _path(points: Sequence[Point]) -> str:
    said = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        said += f" C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}"
    return said


def _numbers(plan: Drawn, way: tuple[str, str], steps: Sequence[Step]) -> str:
    """The numbers of the steps that go this way, near where the line begins."""
    found = [(number, step) for number, step in enumerate(steps, 1) if way[0] in step.start and step.to == way[1]]
    text = ", ".join(f"{number}{f' {step.form}' if step.form else ''}" for number, step in found)
    points = _points(plan, way)
    if way[0] == way[1]:
        x, y = points[1][0], points[0][1] + 12
    else:
        (x0, y0), (x1, y1) = points[0], points[1]
        part = _ALONG[_port(plan, way, 0)[1] % len(_ALONG)]
        x, y = x0 + (x1 - x0) * (3 * part**2 - 2 * part**3), y0 + (y1 - y0) * part
    wide = 9.0 + 7.2 * len(text)
    return (
        f'<g><rect x="{x - wide / 2:.1f}" y="{y - 9:.1f}" width="{wide:.1f}" height="18" rx="9" fill="#ffffff" '
        f'stroke="#8795a1"/><text x="{x:.1f}" y="{y + 4:.1f}" font-size="11.5" font-weight="600">{escape(text)}</text>'
        "</g>"
    )

"""Scores of clause groups as pictures: a radar and bars, inline SVG made on the server.

The same picture stands in the form, in the report and in the evidence pack; it needs no script, and prints in every
engine (plain attributes, no styles). It is readable by who can't see it (title and description say all numbers), and by
who can't tell the colours (the assessment before is dashed, its marks are square). A group without an answer has no
point: it is left out, never drawn at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, pi, sin
from textwrap import wrap

HIGHEST = 5
NOW, BEFORE, QUIET, GRID, INK = "#1f4e79", "#b45f06", "#595959", "#c9c9c4", "#1a1a1a"
FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"

WIDTH, HEIGHT, RADIUS = 640, 430, 140
CENTRE = (WIDTH / 2, 205)
LONGEST_LINE = 18
"""Characters of a label on one line of the radar."""


@dataclass(frozen=True)
class Axis:
	"""A clause group: its score now and before (None: nothing answered), and in words what stands beside it."""

	label: str
	now: float | None = None
	before: float | None = None
	note: str = ""


@dataclass(frozen=True)
class Words:
	"""What the pictures say besides the labels, translated: the title, the two periods for the legend, how a score of
	the period before is told ("before: {0}"), what is said of a group without an answer, and how a score is written."""

	title: str
	now: str
	before: str
	score_before: str
	nothing: str
	number: Callable[[float], str] = "{:.1f}".format


def radar(axes: Sequence[Axis], words: Words, ident: str = "radar") -> str:
	"""A radar with an axis for each group, from 1 inside to 5 outside; `ident` is unique in the page."""
	parts = [
		*_grid(axes),
		*_shape(axes, "before"),
		*_shape(axes, "now"),
		*_labels(axes, words),
		*_legend(axes, words, HEIGHT - 12),
	]
	return _svg(WIDTH, HEIGHT, parts, axes, words, ident)


def bars(axes: Sequence[Axis], words: Words, ident: str = "bars") -> str:
	"""A bar for each group, with that of the assessment before below it."""
	start, end, row = 220, 560, 44
	height = 34 + row * len(axes) + 30
	parts = [
		_line(
			start + (end - start) * step / HIGHEST,
			22,
			start + (end - start) * step / HIGHEST,
			height - 30,
			GRID,
		)
		+ _text(start + (end - start) * step / HIGHEST, 14, str(step), "middle", QUIET, 11)
		for step in range(HIGHEST + 1)
		if step
	]
	for place, axis in enumerate(axes):
		top = 30 + place * row
		parts.append(_text(start - 10, top + 14, axis.label, "end", INK, 13))
		parts.append(_text(start - 10, top + 29, axis.note, "end", QUIET, 11))
		parts += _bar(axis, words, start, top, (end - start) / HIGHEST)
	parts.append(_line(start, 22, start, height - 30, INK))
	parts += _legend(axes, words, height - 10)
	return _svg(WIDTH, height, parts, axes, words, ident)


def _bar(axis: Axis, words: Words, start: float, top: float, unit: float) -> Iterator[str]:
	if axis.now is None:
		yield _text(start + 8, top + 14, words.nothing, "start", QUIET, 12)
	else:
		yield f'<rect x="{start}" y="{top}" width="{_n(axis.now * unit)}" height="18" fill="{NOW}"/>'
		yield _text(
			start + axis.now * unit + 8, top + 14, words.number(axis.now), "start", INK, 13, bold=True
		)
	if axis.before is not None:
		yield (
			f'<rect x="{start}" y="{top + 21}" width="{_n(axis.before * unit)}" height="8" fill="none" '
			f'stroke="{BEFORE}" stroke-width="1.5" stroke-dasharray="4,2"/>'
		)
		yield _text(start + axis.before * unit + 8, top + 30, words.number(axis.before), "start", BEFORE, 11)


# The radar's parts -------------------------------------------------------------------------------------


def _point(place: int, count: int, value: float) -> tuple[float, float]:
	"""Where a value lies on axis `place` of `count`, the first one upward, the others clockwise."""
	angle = 2 * pi * place / count - pi / 2
	distance = RADIUS * value / HIGHEST
	return CENTRE[0] + distance * cos(angle), CENTRE[1] + distance * sin(angle)


def _grid(axes: Sequence[Axis]) -> Iterator[str]:
	count = len(axes)
	for level in range(1, HIGHEST + 1):
		ring = " ".join(_pair(_point(place, count, level)) for place in range(count))
		yield f'<polygon points="{ring}" fill="none" stroke="{GRID}" stroke-width="1"/>'
	for place in range(count):
		yield _line(*CENTRE, *_point(place, count, HIGHEST), GRID)
	for level in range(1, HIGHEST + 1):
		x, y = _point(0, count, level) if count else CENTRE
		yield _text(x + 5, y + 4, str(level), "start", QUIET, 10)


def _shape(axes: Sequence[Axis], which: str) -> Iterator[str]:
	"""The line of one assessment, open where a group has no score, and a mark at each score."""
	values = [getattr(axis, which) for axis in axes]
	points = [
		None if value is None else _point(place, len(axes), value) for place, value in enumerate(values)
	]
	colour = NOW if which == "now" else BEFORE
	stroke = f'stroke="{colour}" stroke-width="{"2.5" if which == "now" else "2"}"'
	if which == "before":
		stroke += ' stroke-dasharray="6,4"'
	if len(points) > 2 and None not in points:
		fill = f'fill="{colour}" fill-opacity="0.14"' if which == "now" else 'fill="none"'
		yield f'<polygon points="{" ".join(map(_pair, points))}" {fill} {stroke}/>'
	else:
		for one, other in _neighbours(points):
			yield f'<line x1="{_n(one[0])}" y1="{_n(one[1])}" x2="{_n(other[0])}" y2="{_n(other[1])}" {stroke}/>'
	yield from (_mark(point, which) for point in points if point)


def _neighbours(points: Sequence[tuple[float, float] | None]) -> Iterator[tuple]:
	"""Points beside each other, round the circle, where both are there."""
	for place, point in enumerate(points):
		following = points[(place + 1) % len(points)]
		if point and following and point is not following:
			yield point, following


def _mark(point: tuple[float, float], which: str) -> str:
	x, y = point
	if which == "now":
		return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="4" fill="{NOW}"/>'
	return (
		f'<rect x="{_n(x - 3.5)}" y="{_n(y - 3.5)}" width="7" height="7" fill="#ffffff" '
		f'stroke="{BEFORE}" stroke-width="1.5"/>'
	)


def _labels(axes: Sequence[Axis], words: Words) -> Iterator[str]:
	for place, axis in enumerate(axes):
		x, y = _point(place, len(axes), HIGHEST + 0.55)
		anchor = "middle" if abs(x - CENTRE[0]) < 20 else "start" if x > CENTRE[0] else "end"
		above = y < CENTRE[1] - RADIUS
		top = y - 16 if above else y + 4
		lines = wrap(axis.label, LONGEST_LINE) or [""]
		if above:
			top -= 15 * (len(lines) - 1)
		for number, line in enumerate(lines):
			yield _text(x, top + 15 * number, line, anchor, INK, 13, bold=True)
		yield _text(x, top + 15 * len(lines) + 1, _told(axis, words), anchor, QUIET, 12)


def _legend(axes: Sequence[Axis], words: Words, y: float) -> Iterator[str]:
	yield f'<rect x="16" y="{_n(y - 9)}" width="22" height="10" fill="{NOW}"/>'
	yield _text(46, y, words.now, "start", INK, 12)
	if any(axis.before is not None for axis in axes):
		yield (
			f'<rect x="{WIDTH / 2}" y="{_n(y - 9)}" width="22" height="10" fill="none" stroke="{BEFORE}" '
			f'stroke-width="1.5" stroke-dasharray="4,2"/>'
		)
		yield _text(WIDTH / 2 + 30, y, words.before, "start", INK, 12)


# SVG ---------------------------------------------------------------------------------------------------


def _svg(
	width: float, height: float, parts: Iterable[str], axes: Sequence[Axis], words: Words, ident: str
) -> str:
	told = "; ".join(f"{axis.label}: {_told(axis, words)}" for axis in axes)
	return (
		f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" '
		f'height="{_n(height)}" role="img" aria-labelledby="{ident}-title {ident}-desc" font-family="{FONT}">'
		f'<title id="{ident}-title">{escape(words.title)}</title><desc id="{ident}-desc">{escape(told)}</desc>'
		f"{''.join(parts)}</svg>"
	)


def _told(axis: Axis, words: Words) -> str:
	"""The scores of a group in words."""
	now = words.nothing if axis.now is None else words.number(axis.now)
	return now if axis.before is None else f"{now} ({words.score_before.format(words.number(axis.before))})"


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
	return (
		f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{colour}" stroke-width="1"/>'
	)


def _text(x: float, y: float, text: str, anchor: str, colour: str, size: int, bold: bool = False) -> str:
	weight = ' font-weight="bold"' if bold else ""
	return (
		f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{colour}" font-size="{size}"{weight}>'
		f"{escape(text)}</text>"
	)


def _pair(point: tuple[float, float]) -> str:
	return f"{_n(point[0])},{_n(point[1])}"


def _n(value: float) -> str:
	return f"{value:.1f}".removesuffix(".0")

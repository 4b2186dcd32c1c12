"""The pictures of scores: nothing outside the frame, nothing invented, and all of it in words too."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.iso_10002 import radar
from cms_iso10002.iso_10002.radar import Axis, Words

WORDS = Words("Scores by clause group", "2026", "2025", "before: {0}", "not answered")
scores = st.none() | st.floats(1, 5)
axes = st.lists(st.builds(Axis, st.text("ab <&\"'", max_size=20), scores, scores), max_size=8)
GROUPS = [
	Axis("Principles", 3, 2.5),
	Axis("Framework", 4, 4),
	Axis("Operation", None, 3),
	Axis("Annexes", 2.25),
]
SVG = "{http://www.w3.org/2000/svg}"
PICTURES = (radar.radar, radar.bars)


def parsed(text: str) -> ElementTree.Element:
	return ElementTree.fromstring(text)


def numbers(element: ElementTree.Element) -> list[tuple[float, float]]:
	"""Where an element is drawn."""
	points = [pair.split(",") for pair in element.get("points", "").split()]
	for x, y in (("x", "y"), ("x1", "y1"), ("x2", "y2"), ("cx", "cy")):
		if element.get(x) is not None:
			points.append((element.get(x), element.get(y)))
	return [(float(x), float(y)) for x, y in points]


@pytest.mark.parametrize("picture", PICTURES)
@given(axes)
def test_everything_is_drawn_inside_the_frame(picture, found):
	root = parsed(picture(found, WORDS))
	_, _, width, height = map(float, root.get("viewBox").split())
	for element in root.iter():
		for x, y in numbers(element):
			assert 0 <= x <= width and 0 <= y <= height
			assert x + float(element.get("width", 0) if element is not root else 0) <= width


REAL = (
	"Principles",
	"Framework",
	"Planning and Design",
	"Operation",
	"Maintenance and Improvement",
	"Annexes",
)


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("count", range(3, 7))
def test_no_label_runs_out_of_the_frame(picture, count):
	"""With letters as wide as those of Helvetica are at most on average."""
	root = parsed(picture([Axis(label, 4.8, 5, "10 of 12 answered") for label in REAL[:count]], WORDS))
	_, _, width, _ = map(float, root.get("viewBox").split())
	for element in root.iter(f"{SVG}text"):
		x, long = float(element.get("x")), len(element.text) * 0.58 * float(element.get("font-size"))
		start = {"start": x, "middle": x - long / 2, "end": x - long}[element.get("text-anchor")]
		assert 0 <= start and start + long <= width, element.text


@given(axes)
def test_there_is_a_mark_for_each_score_and_for_nothing_else(found):
	root = parsed(radar.radar(found, WORDS))
	assert len(root.findall(f"{SVG}circle")) == sum(axis.now is not None for axis in found)


@pytest.mark.parametrize("picture", PICTURES)
def test_title_and_description_say_every_number(picture):
	root = parsed(picture(GROUPS, WORDS, ident="one"))
	assert root.get("role") == "img" and root.get("aria-labelledby") == "one-title one-desc"
	assert root.find(f"{SVG}title").text == WORDS.title
	told = root.find(f"{SVG}desc").text
	assert told == (
		"Principles: 3.0 (before: 2.5); Framework: 4.0 (before: 4.0); Operation: not answered (before: 3.0); Annexes: 2.2"
	)


def test_a_group_without_an_answer_leaves_the_line_open():
	closed = [Axis(str(number), 3) for number in range(4)]
	outlines = [
		one
		for one in parsed(radar.radar(closed, WORDS)).findall(f"{SVG}polygon")
		if one.get("fill") != "none"
	]
	assert len(outlines) == 1 and len(outlines[0].get("points").split()) == 4
	opened = parsed(radar.radar([*closed, Axis("none")], WORDS))
	assert not [one for one in opened.findall(f"{SVG}polygon") if one.get("fill") != "none"]
	assert len([one for one in opened.findall(f"{SVG}line") if one.get("stroke") == radar.NOW]) == 3


def test_the_points_lie_where_the_scale_says():
	root = parsed(radar.radar([Axis("up", 5), Axis("right", 2.5), Axis("down", 1), Axis("left", 5)], WORDS))
	x, y = radar.CENTRE
	found = [(float(one.get("cx")), float(one.get("cy"))) for one in root.findall(f"{SVG}circle")]
	reach = radar.RADIUS
	assert found == [(x, y - reach), (x + reach / 2, y), (x, y + reach / 5), (x - reach, y)]


def test_without_an_assessment_before_there_is_no_word_of_it():
	assert "2025" not in radar.radar([Axis("Operation", 3)], WORDS)


@pytest.mark.parametrize("picture", PICTURES)
def test_text_is_text(picture):
	attack = '<script>alert("x")</script>'
	text = picture([Axis(attack, 3, note=attack)], Words(attack, attack, attack, attack, attack))
	assert "<script" not in text

"""Similarity: which complaints may be the same matter, how surely, and why.

Two complaints are compared on five things, each worth some points:

    complainant   35   the same person or organisation: see `same_complainant`
    text          30   subject and description, word by word: from 60 % alike, in full from 85 %
    product       25   the same serial number, else batch, else item
    document      20   the same sales document (invoice, order, delivery note …)
    category      10   the same category

The score is the points earned per hundred that could be: a thing counts once either complaint tells of it, so what
one of them leaves out lowers the score, and what both leave out does not. Nothing is like nothing: empty fields
never match. The score is the same both ways, 100 for a complaint that says the same in everything, and always
comes with its reasons. It proposes; a person decides.

Work is bounded whatever comes in: only the first `LONGEST_TEXT` characters of a text are compared, complaints
outside the window are not, and at most `MOST_CANDIDATES` are returned.
"""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from rapidfuzz import fuzz

from cms_iso10002.core.case import day_of
from cms_iso10002.core.refusal import N_
from cms_iso10002.core.triage import Sentence

WEIGHTS = {"complainant": 35, "text": 30, "product": 25, "document": 20, "category": 10}
"""Points for a full match of each thing."""

TEXT_FLOOR, TEXT_CEILING = 60, 85
"""Percent alike. Any two complaints of one language reach 50 to 60, the same matter told again 70 to 80."""

LONGEST_TEXT = 2_000
"""Characters compared, after markup is taken out."""

LONGEST_MARKUP = 50_000
"""Characters of the description that are looked at for text."""

LONGEST_ADDRESS = 320
"""Characters of an e-mail address or a phone number."""

MOST_CANDIDATES = 10

SHORTEST_PHONE = 7
"""Digits; shorter numbers are extensions, which many people share."""

LONGEST_COUNTRY_CODE = 3
"""Digits."""


@dataclass(frozen=True)
class Candidate:
	"""A complaint that may be the same matter: `score` from 0 to 100, and `why`, a sentence for each thing alike."""

	name: str
	score: int
	why: list[Sentence]


def rank(
	case: Mapping[str, Any], others: Iterable[Mapping[str, Any]], window_days: int, minimum: float
) -> list[Candidate]:
	"""The complaints among `others` most like `case`, best first, at most `MOST_CANDIDATES`.

	All are fields of the Complaint, with its `subjects` rows; fields not given count as empty. Left out are `case`
	itself (by name), what was received more than `window_days` days before or after it (either date unknown: kept),
	and what scores below `minimum` (0 to 100) or has nothing in common.
	"""
	read = _Reading.of(case)
	candidates = []
	for other in others:
		if other.get("name") == case.get("name") or _days_apart(case, other) > window_days:
			continue
		score, why = _compare(read, _Reading.of(other))
		if why and score >= minimum:
			candidates.append(Candidate(other["name"], score, why))
	return heapq.nsmallest(MOST_CANDIDATES, candidates, key=lambda found: (-found.score, found.name))


def similarity(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[int, list[Sentence]]:
	"""The score (0 to 100) of two complaints, whatever their dates, and why; the same both ways."""
	return _compare(_Reading.of(a), _Reading.of(b))


def same_complainant(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
	"""Whether two complaints come from one complainant, or one of them from the other's representative.

	True for the same customer, contact or e-mail address; the same phone number, unless they name different customers
	(a switchboard); one complainant's address being the other's representative's, with the same exception. A
	representative in common is not enough, since an advocate or an association speaks for many, but with the same
	complainant's name it is; a name alone never is.
	"""
	return _same_person(_Reading.of(a), _Reading.of(b)) is not None


@dataclass(frozen=True)
class _Reading:
	"""What of a complaint is compared, in comparable form."""

	customer: str
	contact: str
	email: str
	phone: str
	person: str
	representative_email: str
	representative_phone: str
	category: str
	serials: frozenset[str]
	batches: frozenset[str]
	items: frozenset[str]
	documents: frozenset[tuple[str, str]]
	text: str

	@classmethod
	def of(cls, case: Mapping[str, Any]) -> _Reading:
		rows = case.get("subjects") or ()
		pairs = ((_id(row.get("reference_doctype")), _id(row.get("reference_name"))) for row in rows)
		return cls(
			customer=_id(case.get("customer")),
			contact=_id(case.get("contact")),
			email=normal_email(case.get("complainant_email")),
			phone=normal_phone(case.get("complainant_phone")),
			person=plain_text(case.get("complainant_name")),
			representative_email=normal_email(case.get("representative_email")),
			representative_phone=normal_phone(case.get("representative_phone")),
			category=_id(case.get("category")),
			serials=_ids(rows, "serial_no"),
			batches=_ids(rows, "batch_no"),
			items=_ids(rows, "item_code"),
			documents=frozenset(pair for pair in pairs if all(pair)),
			text=_text_of(case),
		)

	@property
	def identified(self) -> bool:
		"""Whether anything tells who complains."""
		return bool(self.customer or self.contact or self.email or self.phone)


# -- normal forms -------------------------------------------------------------------------------------------------


def plain_text(markup: str | None) -> str:
	"""The words of a text without markup, punctuation and case, parted by single spaces."""
	# `[^<>]`, not `[^>]`: the work stays linear in a text full of "<"
	text = unescape(re.sub(r"<[^<>]*>", " ", str(markup or "")[:LONGEST_MARKUP]))
	return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def normal_email(address: str | None) -> str:
	"""An e-mail address in lower case, without a display name; "" where there is none."""
	text = str(address or "")[:LONGEST_ADDRESS].strip().casefold()
	named = re.fullmatch(r"[^<>]*<([^<>]*)>", text)
	text = named.group(1).strip() if named else text
	return text if "@" in text.strip("@") else ""


def normal_phone(number: str | None) -> str:
	"""The digits of a phone number, after "+" where it has a country code; "" when fewer than `SHORTEST_PHONE`.

	Without the leading zeros of a national number, a "(0)" and an extension.
	"""
	typed = str(number or "")[:LONGEST_ADDRESS].casefold().replace("(0)", "")
	text = re.split(r"(?<=\d)\s*(?:ext|x|#|;|,)", typed)[0]
	digits = "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())
	abroad = "+" if text.lstrip(" (").startswith("+") or digits.startswith("00") else ""
	digits = digits.lstrip("0")
	return abroad + digits if len(digits) >= SHORTEST_PHONE else ""


def _same_phone(a: str, b: str) -> bool:
	"""Whether two normal numbers are one; either may be written without the country code."""
	if not a or not b or a.startswith("+") == b.startswith("+"):
		return bool(a) and a == b
	national, abroad = sorted((a, b), key=lambda number: number.startswith("+"))
	extra = len(abroad) - 1 - len(national)
	return abroad.endswith(national) and 1 <= extra <= LONGEST_COUNTRY_CODE


def _id(value: Any) -> str:
	"""The name of a record; "" where there is none."""
	return str(value or "").strip()


def _ids(rows: Iterable[Mapping[str, Any]], field: str) -> frozenset[str]:
	return frozenset(filter(None, (_id(row.get(field)) for row in rows)))


def _text_of(case: Mapping[str, Any]) -> str:
	subject, description = plain_text(case.get("subject")), plain_text(case.get("description"))
	return f"{subject} {description}".strip()[:LONGEST_TEXT]


def _days_apart(a: Mapping[str, Any], b: Mapping[str, Any]) -> int:
	days = [day_of(case.get("received_on")) for case in (a, b)]
	return abs((days[0] - days[1]).days) if all(days) else 0


# -- comparing ----------------------------------------------------------------------------------------------------


def _compare(a: _Reading, b: _Reading) -> tuple[int, list[Sentence]]:
	earned = possible = 0.0
	why = []
	for name, share, sentence in _shares(a, b):
		possible += WEIGHTS[name]
		earned += WEIGHTS[name] * share
		if share and sentence:
			why.append(sentence)
	return (round(100 * earned / possible) if possible else 0), why


def _shares(a: _Reading, b: _Reading) -> Iterator[tuple[str, float, Sentence | None]]:
	"""Each thing that either complaint tells of: its name, how alike they are in it (0 to 1), and a sentence."""
	person = _same_person(a, b)
	if a.identified or b.identified or person:
		yield "complainant", 1.0 if person else 0.0, person
	if a.text or b.text:
		yield "text", *_same_text(a.text, b.text)
	if a.serials or a.batches or a.items or b.serials or b.batches or b.items:
		yield "product", *_same_product(a, b)
	if a.documents or b.documents:
		common = min(a.documents & b.documents, default=None)
		yield "document", 1.0 if common else 0.0, common and (N_("Same document: {0} {1}"), common)
	if a.category or b.category:
		same = a.category == b.category
		yield "category", 1.0 if same else 0.0, (N_("Same category: {0}"), (a.category,))


def _same_person(a: _Reading, b: _Reading) -> Sentence | None:
	"""Why both complaints come from one complainant, as `same_complainant` has it; None when they don't."""
	if a.customer and a.customer == b.customer:
		return N_("Same customer"), ()
	if a.contact and a.contact == b.contact:
		return N_("Same contact"), ()
	if a.email and a.email == b.email:
		return N_("Same e-mail address"), ()
	if not (a.customer and b.customer):
		if _same_phone(a.phone, b.phone):
			return N_("Same phone number"), ()
		if _spoken_for(a, b) or _spoken_for(b, a):
			return N_("One was made by the representative of the other"), ()
	if a.person and a.person == b.person and _same_representative(a, b):
		return N_("Same name and same representative"), ()
	return None


def _spoken_for(a: _Reading, b: _Reading) -> bool:
	"""Whether who complains in `a` is the representative in `b`."""
	return bool(a.email and a.email == b.representative_email) or _same_phone(a.phone, b.representative_phone)


def _same_representative(a: _Reading, b: _Reading) -> bool:
	same_email = a.representative_email and a.representative_email == b.representative_email
	return bool(same_email) or _same_phone(a.representative_phone, b.representative_phone)


def _same_text(a: str, b: str) -> tuple[float, Sentence | None]:
	"""How alike two plain texts are, from words in common and from their length together.

	`token_set_ratio` forgives what one text says beyond the other, and so calls a short one equal to any that holds
	its words; `token_sort_ratio` does not. Their mean serves.
	"""
	if not a or not b:
		return 0.0, None
	percent = (fuzz.token_set_ratio(a, b) + fuzz.token_sort_ratio(a, b)) / 2
	share = (percent - TEXT_FLOOR) / (TEXT_CEILING - TEXT_FLOOR)
	return min(1.0, max(0.0, share)), (N_("Similar text: {0} %"), (str(round(percent)),))


def _same_product(a: _Reading, b: _Reading) -> tuple[float, Sentence | None]:
	"""Whole for what is the finest that either names, less where only something coarser agrees."""
	levels = (
		(a.serials, b.serials, 1.0, N_("Same serial number: {0}")),
		(a.batches, b.batches, 0.7, N_("Same batch: {0}")),
		(a.items, b.items, 0.5, N_("Same item: {0}")),
	)
	finest = True
	for ours, theirs, share, template in levels:
		if common := min(ours & theirs, default=None):
			return (1.0 if finest else share), (template, (common,))
		finest = finest and not (ours or theirs)
	return 0.0, None

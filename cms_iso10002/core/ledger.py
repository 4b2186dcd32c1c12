"""The ledger: a hash chain of events for each complaint, and a daily seal over all chains.

An event is stored as a `payload`: the canonical JSON of everything it says. Its `event_hash` covers the stored
bytes of that payload and the hash of the event before it, so an event can't be altered, moved or taken out of
the middle unseen:

    GENESIS ── event 1 ── event 2 ── … ── event n = the head, kept on the complaint with n

Whoever owns the database could still write a whole chain anew, or cut its end off and put the head back. Against
that stands the daily `Seal`: the Merkle root over the heads of all complaints, chained to the seal before it and
given to somebody outside (printed, mailed to the auditor). `inclusion_proof` shows that one complaint is under a
root without naming the others.

    entry = link("CMP-2026-00001", 1, "received", at_utc, "ACT-5f2c81", True, {"channel": "Phone"})
    assert verify_chain("CMP-2026-00001", [entry], head=entry.hash, sequence=1) == []

Events are never erased and people have a right to be, so an event holds personal words only as a
`salted_reference`; the words and the salt lie beside the payload and can be deleted without breaking the chain.

Everything here is pure: same values, same bytes, on any machine. The forms of payload, leaf and seal are fixed for
ever, since hashes made years ago are checked against them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from decimal import Decimal
from typing import Any, Literal

from cms_iso10002.core.refusal import N_

GENESIS = "0" * 64
"""What stands for the hash before the first event, and before the first seal."""

DEEPEST = 32
"""Levels of nesting that `canonical_json` follows; more is a mistake, or a value that contains itself."""

COLUMNS = ("complaint", "sequence", "kind", "at_utc", "actor", "public")
"""What of the payload is stored again in columns, to search by. `verify_chain` holds the two equal."""

Problem = Literal[
	"missing", "order", "link", "hash", "payload", "column", "note", "head", "trailing", "extra", "count"
]
"""What is wrong:

- missing: an event is not there, though a later one is, or no event is there at all
- order: an event stands twice, or not in its place (of seals: a day does)
- link: the hash before it is not what it was made with: something before it was replaced
- hash: its own content was altered, or its hash was
- payload: it can't be read, or is not in canonical form
- column: a column says other than the payload does
- note: the words beside the event are not those that were recorded
- head: the complaint names another last hash than the chain has
- trailing: the complaint counts more events than there are: the last ones were removed
- extra: there are more events than the complaint counts
- count: a seal covers fewer complaints than an earlier one did (seals only)
"""


# -- canonical JSON -----------------------------------------------------------------------------------------------


def canonical_json(value: Any) -> str:
	"""`value` as the one JSON text that stands for it.

	Keys sorted by code point, no spaces, letters of any language as they are. Decimals and floats become strings
	(a float its shortest exact form, `0.1` is "0.1"), because JSON readers disagree about numbers; dates, times and
	datetimes become ISO 8601, aware datetimes in UTC. Tuples are lists.

	Raises TypeError for what has no one form (sets, bytes, timedeltas, objects, keys that are not text) and
	ValueError for NaN, infinity, half characters (lone surrogates) and nesting deeper than `DEEPEST`; both say where.
	"""
	return json.dumps(
		_plain(value, "value", 0), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
	)


def _plain(value: Any, where: str, depth: int) -> Any:
	"""`value` in the types of JSON; `where` names it in errors."""
	if depth > DEEPEST:
		raise ValueError(f"{where} is nested deeper than {DEEPEST} levels")
	if value is None or isinstance(value, (bool, int)):
		return value
	if isinstance(value, str):
		return _text(value, where)
	if isinstance(value, Mapping):
		return {_key(key, where): _plain(item, f"{where}[{key!r}]", depth + 1) for key, item in value.items()}
	if isinstance(value, (list, tuple)):
		return [_plain(item, f"{where}[{index}]", depth + 1) for index, item in enumerate(value)]
	return _scalar(value, where)


def _scalar(value: Any, where: str) -> str:
	"""Numbers with a point, and points in time, as text."""
	if isinstance(value, (float, Decimal)):
		# math.isfinite would turn a large Decimal into a float first, and that into infinity
		if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
			raise ValueError(f"{where} is {value}, which is no number")
		return repr(float(value)) if isinstance(value, float) else str(value)
	if isinstance(value, datetime):
		return (value.astimezone(timezone.utc) if value.tzinfo else value).isoformat()
	if isinstance(value, (date, time)):
		return value.isoformat()
	raise TypeError(f"{where} is a {type(value).__name__}, which has no canonical form")


def _key(key: Any, where: str) -> str:
	if not isinstance(key, str):
		raise TypeError(f"{where} has the key {key!r}: keys must be text")
	return _text(key, where)


def _text(text: str, where: str) -> str:
	try:
		text.encode()
	except UnicodeEncodeError:
		raise ValueError(f"{where} holds half a character and can't be written as UTF-8") from None
	return text


# -- events -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
	"""One event as stored. `note` and `note_salt` are the erasable words beside it; both "" where there are none.

	`verify_chain` takes anything with these attributes, so a row of the database will do.
	"""

	complaint: str
	sequence: int
	kind: str
	at_utc: int
	actor: str
	public: bool
	payload: str
	previous_hash: str
	hash: str
	note: str = ""
	note_salt: str = ""


@dataclass(frozen=True)
class Break:
	"""Something that is not as it was recorded. `template` and `args` are for translation, `explanation` is English.

	`sequence` is the event concerned; of seals `complaint` is "" and `sequence` counts the seals from 1.
	"""

	complaint: str
	sequence: int
	problem: Problem
	template: str
	args: tuple[object, ...] = ()

	@property
	def explanation(self) -> str:
		return self.template.format(*self.args)


def payload(
	complaint: str,
	sequence: int,
	kind: str,
	at_utc: int,
	actor: str,
	public: bool,
	data: Mapping[str, Any] | None = None,
) -> str:
	"""What an event says, as canonical JSON: the text that is stored and hashed.

	`sequence` counts the events of the complaint from 1. `at_utc` is the instant in whole microseconds since 1970,
	UTC. `actor` is an opaque reference, never a link that a renaming would rewrite. `data` follows the rules of
	`canonical_json`. Raises TypeError or ValueError for anything else.
	"""
	for name, text in (("complaint", complaint), ("kind", kind), ("actor", actor)):
		if not isinstance(text, str) or not text:
			raise ValueError(f"{name} must be a text that is not empty, not {text!r}")
	for name, number in (("sequence", sequence), ("at_utc", at_utc)):
		if isinstance(number, bool) or not isinstance(number, int):
			raise TypeError(f"{name} must be a whole number, not {number!r}")
	if sequence < 1:
		raise ValueError(f"sequence counts from 1, not {sequence}")
	if not isinstance(public, bool):
		raise TypeError(f"public must be True or False, not {public!r}")
	if not isinstance(data, (Mapping, type(None))):
		raise TypeError(f"data must be a mapping, not {data!r}")
	return canonical_json(
		{
			"complaint": complaint,
			"sequence": sequence,
			"kind": kind,
			"at_utc": at_utc,
			"actor": actor,
			"public": public,
			"data": data or {},
		}
	)


def event_hash(payload: str, previous_hash: str) -> str:
	"""SHA-256 (64 hex digits) over the previous hash, a line feed, and the bytes of the payload in UTF-8.

	The previous hash always has 64 digits, so no two pairs give the same bytes; of the first event it is `GENESIS`.
	Raises ValueError when it is no such hash.
	"""
	if not _is_hash(previous_hash):
		raise ValueError(f"{previous_hash!r} is no SHA-256 in hex digits")
	return hashlib.sha256(f"{previous_hash}\n{payload}".encode()).hexdigest()


def link(
	complaint: str,
	sequence: int,
	kind: str,
	at_utc: int,
	actor: str,
	public: bool,
	data: Mapping[str, Any] | None = None,
	previous_hash: str = GENESIS,
) -> Entry:
	"""The next entry of a chain: arguments as of `payload`, chained to `previous_hash`."""
	text = payload(complaint, sequence, kind, at_utc, actor, public, data)
	digest = event_hash(text, previous_hash)
	return Entry(complaint, sequence, kind, at_utc, actor, public, text, previous_hash, digest)


def salted_reference(value: str, salt: str) -> str:
	"""A stand-in for personal words in an event: 32 hex digits (128 bits) of HMAC-SHA256, keyed with `salt`.

	It shows that words kept beside the event are those that were recorded, and says nothing once they and their
	salt are gone. The salt is random and used once: names are few, and without it could be guessed. Raises
	ValueError when it is empty.
	"""
	if not salt:
		raise ValueError("a reference without a salt can be guessed")
	return hmac.new(salt.encode(), value.encode(), hashlib.sha256).hexdigest()[:32]


def _is_hash(text: Any) -> bool:
	return isinstance(text, str) and re.fullmatch(r"[0-9a-f]{64}", text) is not None


# -- verifying a chain --------------------------------------------------------------------------------------------


def verify_chain(
	complaint: str, entries: Iterable[Entry], head: str | None, sequence: int | None
) -> list[Break]:
	"""Everything about a complaint's events that is not as it was recorded, in their order; [] when all is well.

	`entries` are the stored events by sequence, `head` and `sequence` what the complaint says the last hash and its
	number are. Each fault is told once: behind an altered event the chain is followed by what is stored there, so
	the events after it are not blamed. A complaint always has an event, that of its receipt.
	"""
	breaks: list[Break] = []
	expected, last = 1, None
	for entry in entries:
		if entry.sequence == expected:
			breaks += _link_breaks(complaint, entry, last.hash if last else GENESIS)
		elif entry.sequence > expected:
			breaks.append(_missing(complaint, expected, entry.sequence))
		else:
			template = N_("Event {0} stands behind event {1}: it is there twice, or was renumbered.")
			breaks.append(Break(complaint, entry.sequence, "order", template, (entry.sequence, expected - 1)))
		breaks += entry_breaks(complaint, entry)
		if entry.sequence >= expected:
			expected, last = entry.sequence + 1, entry
	return breaks + _end_breaks(complaint, expected - 1, last, head, sequence or 0)


def _missing(complaint: str, first: int, found: int) -> Break:
	if found - first == 1:
		return Break(complaint, first, "missing", N_("Event {0} is missing."), (first,))
	return Break(complaint, first, "missing", N_("Events {0} to {1} are missing."), (first, found - 1))


def _link_breaks(complaint: str, entry: Entry, previous: str) -> list[Break]:
	if entry.previous_hash == previous:
		return []
	template = N_("Event {0} does not follow from the event before it: one of the two was replaced.")
	if previous == GENESIS:
		template = N_("Event {0} says that an event came before it, and none is there.")
	return [Break(complaint, entry.sequence, "link", template, (entry.sequence,))]


def entry_breaks(complaint: str, entry: Entry) -> list[Break]:
	"""What is wrong with one entry by itself: its hash, its payload, the columns and the note beside it."""

	def broken(problem: Problem, template: str, *args: object) -> Break:
		return Break(complaint, entry.sequence, problem, template, (entry.sequence, *args))

	breaks = []
	if not _hash_fits(entry):
		breaks.append(broken("hash", N_("Event {0} was altered: its content does not give its hash.")))
	said = _read(entry.payload)
	if said is None:
		return [*breaks, broken("payload", N_("The content of event {0} can't be read."))]
	for name in COLUMNS:
		if not _same(getattr(entry, name), said[name]):
			template = N_("The column {1} of event {0} was altered: it says {2}, recorded was {3}.")
			breaks.append(broken("column", template, name, getattr(entry, name), said[name]))
	if said["complaint"] != complaint and entry.complaint == said["complaint"]:
		breaks.append(broken("column", N_("Event {0} belongs to the complaint {1}."), said["complaint"]))
	if not _note_fits(entry, said["data"]):
		breaks.append(broken("note", N_("The words kept with event {0} are not those that were recorded.")))
	return breaks


def _hash_fits(entry: Entry) -> bool:
	try:
		return hmac.compare_digest(event_hash(entry.payload, entry.previous_hash), entry.hash)
	except (TypeError, ValueError):  # no hash, or one of letters that no hash has
		return False


def _read(text: Any) -> dict[str, Any] | None:
	"""What a payload says; None when it is not the canonical JSON of one."""
	try:
		said = json.loads(text)
		if canonical_json(said) != text or set(said) != {*COLUMNS, "data"}:
			return None
	except (TypeError, ValueError, RecursionError):
		return None
	return said if isinstance(said["data"], dict) else None


def _same(column: Any, recorded: Any) -> bool:
	"""Whether a column holds what was recorded; the database knows True and False as 1 and 0."""
	return isinstance(column, str) == isinstance(recorded, str) and column == recorded


def _note_fits(entry: Entry, data: Mapping[str, Any]) -> bool:
	"""Whether the note is what was recorded, or was erased."""
	note, salt = getattr(entry, "note", None), getattr(entry, "note_salt", None)
	if not note:
		return True
	return bool(salt) and data.get("note") == salted_reference(note, salt)


def _end_breaks(
	complaint: str, count: int, last: Entry | None, head: str | None, sequence: int
) -> list[Break]:
	"""Whether the chain ends where the complaint says it does."""
	if sequence > count:
		template = N_("The last events are missing: the complaint counts {0}, and {1} are there.")
		return [Break(complaint, count + 1, "trailing", template, (sequence, count))]
	if last is None:
		return [Break(complaint, 1, "missing", N_("There are no events at all, not even of the receipt."))]
	if sequence < count:
		template = N_("There are more events than the complaint counts: {0}, and it counts {1}.")
		return [Break(complaint, sequence + 1, "extra", template, (count, sequence))]
	if (head or GENESIS) != last.hash:
		template = N_("The complaint does not name the hash of its last event, {0}, as its head.")
		return [Break(complaint, count, "head", template, (count,))]
	return []


# -- Merkle trees -------------------------------------------------------------------------------------------------


def head_leaf(complaint: str, sequence: int, head: str) -> str:
	"""What a seal holds of one complaint: its name, the number of its last event, and that event's hash."""
	return canonical_json([complaint, sequence, head])


def merkle_root(leaves: Sequence[str]) -> str:
	"""The root (64 hex digits) of the Merkle tree over `leaves`, in their order, as RFC 6962 (2.1) defines it.

	A leaf is hashed as SHA-256(0x00 ‖ its UTF-8 bytes), a node as SHA-256(0x01 ‖ left ‖ right): the first byte keeps
	a node from ever passing as a leaf. Nodes are paired from the left, and one left over moves up as it is (it is not
	doubled, so no two lists share a root). Without leaves it is SHA-256 of nothing. The order matters: sort the
	leaves by complaint. O(n).
	"""
	if not leaves:
		return hashlib.sha256(b"").hexdigest()
	level = [leaf_hash(leaf) for leaf in leaves]
	while len(level) > 1:
		level = _level_above(level)
	return level[0].hex()


def inclusion_proof(leaves: Sequence[str], index: int) -> list[str]:
	"""The hashes (hex, from the leaf up) that lead from `leaves[index]` to the root; `verify_inclusion` checks them.

	Raises IndexError when there is no such leaf.
	"""
	if not 0 <= index < len(leaves):
		raise IndexError(f"there is no leaf {index} among {len(leaves)}")
	level, proof = [leaf_hash(leaf) for leaf in leaves], []
	while len(level) > 1:
		sibling = index ^ 1
		if sibling < len(level):
			proof.append(level[sibling].hex())
		level, index = _level_above(level), index // 2
	return proof


def verify_inclusion(leaf: str, index: int, size: int, proof: Sequence[str], root: str) -> bool:
	"""Whether `proof` shows that `leaf` is number `index` (from 0) of the `size` leaves under `root`."""
	if not 0 <= index < size or not all(map(_is_hash, proof)):
		return False
	node, rest = leaf_hash(leaf), list(proof)
	while size > 1:
		if index ^ 1 < size:
			if not rest:
				return False
			sibling = bytes.fromhex(rest.pop(0))
			node = node_hash(sibling, node) if index & 1 else node_hash(node, sibling)
		index, size = index // 2, (size + 1) // 2
	return not rest and node.hex() == root


def leaf_hash(leaf: str) -> bytes:
	return hashlib.sha256(b"\x00" + leaf.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
	return hashlib.sha256(b"\x01" + left + right).digest()


def _level_above(level: Sequence[bytes]) -> list[bytes]:
	above = [node_hash(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
	return [*above, level[-1]] if len(level) % 2 else above


# -- seals --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seal:
	"""The seal of one day: the Merkle root over all heads, chained to the seal before it.

	`head_count` is the number of complaints under it, `previous_seal` the `hash` of the seal before, `GENESIS` for
	the first. `verify_seals` takes anything with these attributes.
	"""

	day: date
	head_count: int
	merkle_root: str
	previous_seal: str
	hash: str


def seal(day: date, leaves: Sequence[str], previous_seal: str = GENESIS) -> Seal:
	"""Seal the `head_leaf` of every complaint, sorted by complaint."""
	root = merkle_root(leaves)
	return Seal(day, len(leaves), root, previous_seal, seal_hash(day, len(leaves), root, previous_seal))


def seal_hash(day: date | str, head_count: int, merkle_root: str, previous_seal: str) -> str:
	"""SHA-256 (64 hex digits) over the canonical JSON of the four; `day` is a date, or its ISO text."""
	content = {
		"day": str(day),
		"head_count": head_count,
		"merkle_root": merkle_root,
		"previous_seal": previous_seal,
	}
	return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def verify_seals(seals: Iterable[Seal]) -> list[Break]:
	"""What is wrong with the chain of seals, given by day; [] when all is well.

	Each must have its own hash and name the hash of the one before, days must go on, and none may cover fewer
	complaints than an earlier one: a complaint is anonymised, never deleted. That seals at the end are gone can only
	be seen by comparing with the copies that were given away.
	"""
	breaks: list[Break] = []
	last: Seal | None = None
	for number, current in enumerate(seals, 1):
		previous = last.hash if last else GENESIS
		if current.hash != seal_hash(
			current.day, current.head_count, current.merkle_root, current.previous_seal
		):
			breaks.append(Break("", number, "hash", N_("The seal of {0} was altered."), (str(current.day),)))
		if current.previous_seal != previous:
			template = N_(
				"The seal of {0} does not follow from the seal before it: one is missing or replaced."
			)
			breaks.append(Break("", number, "link", template, (str(current.day),)))
		if last:
			breaks += _progress_breaks(number, last, current)
		last = current
	return breaks


def _progress_breaks(number: int, last: Seal, current: Seal) -> list[Break]:
	breaks = []
	if str(current.day) <= str(last.day):
		template = N_("The seal of {0} stands behind that of {1}.")
		breaks.append(Break("", number, "order", template, (str(current.day), str(last.day))))
	if current.head_count < last.head_count:
		template = N_("The seal of {0} covers {1} complaints, the one before {2}: complaints are missing.")
		breaks.append(
			Break("", number, "count", template, (str(current.day), current.head_count, last.head_count))
		)
	return breaks

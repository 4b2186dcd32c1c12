"""The hash chain, the Merkle tree and the seals, against every single change anybody could make."""

from __future__ import annotations

import hashlib
import json
import math
from collections import OrderedDict
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cms_iso10002.core import ledger
from cms_iso10002.core.ledger import GENESIS, canonical_json, link, verify_chain

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

NAME = "CMP-2026-00001"
T0 = 1_767_225_600_000_000
"""2026-01-01 00:00 UTC in microseconds."""

texts = st.text(st.characters(codec="utf-8"), max_size=20)
plain = st.recursive(
	st.none() | st.booleans() | st.integers() | texts,
	lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
	max_leaves=12,
)
data = st.dictionaries(texts, plain, max_size=4).filter(lambda said: "note" not in said)


def chain_of(contents, complaint=NAME):
	"""A chain with an entry for each of `contents` (kind, public, data)."""
	entries, previous = [], GENESIS
	for number, (kind, public, said) in enumerate(contents, 1):
		entries.append(link(complaint, number, kind, T0 + number, "agent@x", public, said, previous))
		previous = entries[-1].hash
	return entries


def simple_chain(length):
	return chain_of([("kind", n % 2 == 0, {"n": n}) for n in range(length)])


def verify(entries, head=None, sequence=None):
	"""Verify against what the complaint says; without it, against what the entries themselves say."""
	head = entries[-1].hash if head is None else head
	sequence = len(entries) if sequence is None else sequence
	return verify_chain(NAME, entries, head, sequence)


def problems(breaks):
	return [(found.sequence, found.problem) for found in breaks]


kinds = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
chains = st.lists(st.tuples(kinds, st.booleans(), data), min_size=1, max_size=6).map(chain_of)


# -- canonical JSON


@pytest.mark.parametrize(
	("value", "text"),
	[
		({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
		({"ü": "Ärger", "z": "日本"}, '{"z":"日本","ü":"Ärger"}'),
		(Decimal("1.50"), '"1.50"'),
		(Decimal("1E+400"), '"1E+400"'),
		(0.1, '"0.1"'),
		(-0.0, '"-0.0"'),
		(date(2026, 2, 28), '"2026-02-28"'),
		(datetime(2026, 2, 28, 9, 30), '"2026-02-28T09:30:00"'),
		(datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin")), '"2026-07-01T07:00:00+00:00"'),
		(time(9, 30), '"09:30:00"'),
		((1, (2,)), "[1,[2]]"),
		('"\\\n', '"\\"\\\\\\n"'),
	],
)
def test_canonical_json_writes_each_type_in_one_way(value, text):
	assert canonical_json(value) == text


@pytest.mark.parametrize("value", [{1}, frozenset(), b"x", timedelta(1), object(), {1: "a"}, {None: 1}, 1j])
def test_canonical_json_refuses_what_has_no_one_form(value):
	with pytest.raises(TypeError, match="value"):
		canonical_json({"deep": [value]} if not isinstance(value, dict) else value)


@pytest.mark.parametrize(
	"value",
	[
		math.nan,
		math.inf,
		-math.inf,
		Decimal("NaN"),
		Decimal("sNaN"),
		Decimal("Infinity"),
		"\ud800",
		{"\udfff": 1},
	],
)
def test_canonical_json_refuses_what_is_no_number_and_no_text(value):
	with pytest.raises(ValueError, match="value"):
		canonical_json([value])


def test_canonical_json_says_where_the_fault_is():
	with pytest.raises(TypeError, match=r"value\['rows'\]\[1\]\['when'\] is a timedelta"):
		canonical_json({"rows": [{}, {"when": timedelta(hours=1)}]})


def test_canonical_json_stops_at_a_value_that_contains_itself():
	endless: list = []
	endless.append(endless)
	with pytest.raises(ValueError, match="nested deeper"):
		canonical_json(endless)


@patient
@given(plain)
def test_canonical_json_reads_back_and_is_stable(value):
	text = canonical_json(value)
	assert json.loads(text) == value
	assert canonical_json(json.loads(text)) == text
	text.encode()


@patient
@given(st.dictionaries(texts, plain, max_size=6), st.randoms())
def test_canonical_json_does_not_know_the_order_of_keys(value, random):
	items = list(value.items())
	random.shuffle(items)
	assert canonical_json(OrderedDict(items)) == canonical_json(value)


@patient
@given(plain, plain)
def test_different_values_have_different_json(a, b):
	# Python holds 1 and True equal, JSON does not
	assert (canonical_json(a) == canonical_json(b)) == (
		json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)
	)


@patient
@given(st.datetimes(timezones=st.timezones()), st.timezones())
def test_one_instant_has_one_text_in_every_zone(instant, zone):
	try:
		elsewhere = instant.astimezone(zone)
		expected = canonical_json(instant)
	except OverflowError:
		assume(False)
	assume(elsewhere.astimezone(timezone.utc) == instant.astimezone(timezone.utc))
	assert canonical_json(elsewhere) == expected


# -- events


def test_the_form_of_an_event_is_fixed_for_ever():
	entry = link(NAME, 1, "received", T0, "agent@x", True, {"channel": "Phone", "amount": Decimal("9.90")})
	assert entry.payload == (
		'{"actor":"agent@x","at_utc":1767225600000000,"complaint":"CMP-2026-00001",'
		'"data":{"amount":"9.90","channel":"Phone"},"kind":"received","public":true,"sequence":1}'
	)
	stored = (GENESIS + "\n" + entry.payload).encode()
	assert entry.hash == hashlib.sha256(stored).hexdigest()
	assert entry.hash == "b2126197fe0395f0bdc263c61c6b4ce9abeec48dac2231087395145687004f54"


@pytest.mark.parametrize(
	("change", "error"),
	[
		({"complaint": ""}, ValueError),
		({"kind": ""}, ValueError),
		({"actor": None}, ValueError),
		({"sequence": 0}, ValueError),
		({"sequence": True}, TypeError),
		({"at_utc": 1.5}, TypeError),
		({"public": 1}, TypeError),
		({"data": [1]}, TypeError),
		({"data": {"x": {1}}}, TypeError),
		({"data": {"x": math.nan}}, ValueError),
	],
)
def test_a_payload_of_something_else_is_refused(change, error):
	values = {"complaint": NAME, "sequence": 1, "kind": "k", "at_utc": T0, "actor": "a", "public": True}
	with pytest.raises(error):
		ledger.payload(**{**values, **change})


@pytest.mark.parametrize("previous", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "0" * 64 + "\n", None])
def test_a_previous_hash_must_be_a_hash(previous):
	with pytest.raises(ValueError, match="no SHA-256"):
		ledger.event_hash("{}", previous)


# -- verifying a chain


@patient
@given(chains)
def test_an_untouched_chain_verifies(entries):
	assert verify(entries) == []


def test_rows_of_the_database_verify():
	class Row(dict):
		__getattr__ = dict.get

	rows = [
		Row(vars(entry), public=int(entry.public), note=None, note_salt=None) for entry in simple_chain(3)
	]
	assert verify(rows) == []


@patient
@given(chains, st.data())
def test_any_single_changed_field_is_found(entries, draw):
	index = draw.draw(st.integers(0, len(entries) - 1))
	name = draw.draw(st.sampled_from([*ledger.COLUMNS, "payload", "previous_hash", "hash", "note"]))
	old = getattr(entries[index], name)
	others = {str: texts, int: st.integers(), bool: st.integers() | st.booleans() | st.none()}
	new = draw.draw(others[type(old)].filter(lambda value: value != old))
	head, sequence = entries[-1].hash, len(entries)
	entries[index] = replace(entries[index], **{name: new})
	assert verify(entries, head, sequence)


@patient
@given(chains, st.data())
def test_any_single_changed_letter_of_a_payload_is_found(entries, draw):
	index = draw.draw(st.integers(0, len(entries) - 1))
	text = entries[index].payload
	place = draw.draw(st.integers(0, len(text) - 1))
	letter = draw.draw(st.characters(codec="utf-8").filter(lambda char: char != text[place]))
	entries[index] = replace(entries[index], payload=text[:place] + letter + text[place + 1 :])
	assert (entries[index].sequence, "hash") in problems(verify(entries))


@patient
@given(chains, st.data())
def test_an_altered_event_with_its_hash_made_anew_is_found(entries, draw):
	"""Whoever changes an event and hashes it again breaks the link of the next one, or the head."""
	index = draw.draw(st.integers(0, len(entries) - 1))
	head, old = entries[-1].hash, entries[index]
	entries[index] = link(
		NAME, old.sequence, old.kind, old.at_utc + 1, old.actor, old.public, {}, old.previous_hash
	)
	assert problems(verify(entries, head)) == [
		(index + 1, "head") if index == len(entries) - 1 else (index + 2, "link")
	]


@patient
@given(st.integers(2, 7), st.data())
def test_any_event_taken_out_is_found(length, draw):
	entries = simple_chain(length)
	index = draw.draw(st.integers(0, length - 1))
	head = entries[-1].hash
	del entries[index]
	assert problems(verify(entries, head, length)) == [
		(index + 1, "missing" if index < length - 1 else "trailing")
	]


@patient
@given(st.integers(2, 7), st.data())
def test_any_event_taken_out_and_the_rest_numbered_anew_is_found(length, draw):
	entries = simple_chain(length)
	index = draw.draw(st.integers(0, length - 1))
	del entries[index]
	renumbered = [replace(entry, sequence=number) for number, entry in enumerate(entries, 1)]
	assert verify(renumbered, simple_chain(length)[-1].hash)


@patient
@given(chains, st.randoms())
def test_any_other_order_is_found(entries, random):
	shuffled = list(entries)
	random.shuffle(shuffled)
	assume(shuffled != entries)
	assert verify(shuffled, entries[-1].hash)


@patient
@given(chains, st.data())
def test_an_event_put_in_twice_is_found(entries, draw):
	index = draw.draw(st.integers(0, len(entries) - 1))
	head, count = entries[-1].hash, len(entries)
	twice = [*entries[: index + 1], *entries[index:]]
	assert problems(verify(twice, head, count)) == [(index + 1, "order")]


@patient
@given(chains, st.text("0123456789abcdef", min_size=64, max_size=64) | st.just(""))
def test_an_altered_head_is_found(entries, head):
	assume(head != entries[-1].hash)
	assert problems(verify_chain(NAME, entries, head, len(entries))) == [(len(entries), "head")]


@patient
@given(chains, st.integers(-3, 12))
def test_another_count_on_the_complaint_is_found(entries, count):
	assume(count != len(entries))
	(found,) = verify(entries, sequence=count)
	assert found.problem == ("trailing" if count > len(entries) else "extra")


@patient
@given(chains)
def test_a_chain_of_another_complaint_is_found(entries):
	assert verify_chain("CMP-2026-00002", entries, entries[-1].hash, len(entries))


def test_two_events_that_changed_places_are_told_without_blaming_those_behind():
	first, second, third, fourth = simple_chain(4)
	found = verify([first, third, second, fourth])
	assert problems(found) == [(2, "missing"), (2, "order")]
	assert [one.explanation for one in found] == [
		"Event 2 is missing.",
		"Event 2 stands behind event 3: it is there twice, or was renumbered.",
	]


def test_a_complaint_without_any_event_is_found():
	assert problems(verify_chain(NAME, [], None, None)) == [(1, "missing")]
	assert problems(verify_chain(NAME, [], GENESIS, 2)) == [(1, "trailing")]


def test_each_fault_is_told_once_and_in_words():
	entries = simple_chain(6)
	head = entries[-1].hash
	entries[1] = replace(entries[1], payload=entries[1].payload.replace('"n":1', '"n":7'))
	entries[2] = replace(entries[2], actor="boss@x")
	del entries[3:5]
	breaks = verify(entries, head, 6)
	assert [found.explanation for found in breaks] == [
		"Event 2 was altered: its content does not give its hash.",
		"The column actor of event 3 was altered: it says boss@x, recorded was agent@x.",
		"Events 4 to 5 are missing.",
	]
	assert {found.complaint for found in breaks} == {NAME}


@pytest.mark.parametrize(
	"text",
	[
		"",
		"null",
		"[]",
		"{}",
		"{",
		"[" * 100_000,
		'{"actor":"a", "at_utc":1}',
		None,
		b"{}",
	],
)
def test_a_payload_that_is_none_is_found_and_never_raises(text):
	entries = [replace(simple_chain(1)[0], payload=text)]
	assert (1, "payload") in problems(verify(entries))


def test_a_payload_that_two_readers_would_read_differently_is_found():
	"""Rehashed by whoever owns the database, so only its form gives it away."""
	text = simple_chain(1)[0].payload.replace('{"actor"', '{"actor":"somebody@x","actor"', 1)
	forged = replace(simple_chain(1)[0], payload=text, hash=ledger.event_hash(text, GENESIS))
	assert problems(verify([forged])) == [(1, "payload")]


@pytest.mark.parametrize("digest", ["", None, "ü" * 64, "x"])
def test_a_hash_that_is_none_is_found_and_never_raises(digest):
	entries = [replace(simple_chain(1)[0], hash=digest)]
	assert (1, "hash") in problems(verify(entries, GENESIS))
	entries = [replace(simple_chain(1)[0], previous_hash=digest)]
	assert problems(verify(entries, simple_chain(1)[0].hash)) == [(1, "link"), (1, "hash")]


# -- personal words


def test_words_beside_an_event_can_be_erased_but_not_altered():
	said = {"note": ledger.salted_reference("Ms Doe rang at nine", "a-salt")}
	entry = replace(
		link(NAME, 1, "note", T0, "a", False, said), note="Ms Doe rang at nine", note_salt="a-salt"
	)
	assert verify([entry]) == []
	assert verify([replace(entry, note="", note_salt="")]) == []
	for altered in (
		replace(entry, note="Mr Doe rang at nine"),
		replace(entry, note_salt="another"),
		replace(entry, note_salt=""),
	):
		assert problems(verify([altered])) == [(1, "note")]


@patient
@given(texts, texts, st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8))
def test_a_reference_depends_on_value_and_salt(value, other, salt, other_salt):
	try:
		reference = ledger.salted_reference(value, salt)
		assert (reference == ledger.salted_reference(other, salt)) == (value == other)
		assert len(reference) == 32
		# HMAC pads its key with zero bytes
		assume(salt.rstrip("\0") != other_salt.rstrip("\0"))
		assert reference != ledger.salted_reference(value, other_salt)
	except UnicodeEncodeError:
		assume(False)


def test_a_reference_needs_a_salt():
	with pytest.raises(ValueError, match="guessed"):
		ledger.salted_reference("Ms Doe", "")


# -- Merkle trees

RFC_6962 = (
	("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
	("\x00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
	("\x10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
	("\x20\x21", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
	("\x30\x31", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
	("\x40\x41\x42\x43", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
	("\x50\x51\x52\x53\x54\x55\x56\x57", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
	(
		"".join(map(chr, range(0x60, 0x70))),
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	),
)
"""The leaves of Certificate Transparency's own tests, and the root once each was added."""


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_those_of_certificate_transparency(count):
	assert ledger.merkle_root([leaf for leaf, root in RFC_6962[:count]]) == RFC_6962[count - 1][1]


def slow_root(leaves):
	"""RFC 6962, 2.1, word for word."""
	if not leaves:
		return hashlib.sha256(b"").digest()
	if len(leaves) == 1:
		return hashlib.sha256(b"\x00" + leaves[0].encode()).digest()
	split = 1
	while split * 2 < len(leaves):
		split *= 2
	return hashlib.sha256(b"\x01" + slow_root(leaves[:split]) + slow_root(leaves[split:])).digest()


many_leaves = st.lists(texts, max_size=40)


@patient
@given(many_leaves)
def test_the_root_is_that_of_the_definition(leaves):
	assert ledger.merkle_root(leaves) == slow_root(leaves).hex()


@patient
@given(many_leaves, many_leaves)
def test_other_leaves_have_another_root(a, b):
	assert (ledger.merkle_root(a) == ledger.merkle_root(b)) == (a == b)


@patient
@given(many_leaves.filter(bool), st.data())
def test_every_leaf_has_a_proof_and_no_other_passes(leaves, draw):
	index = draw.draw(st.integers(0, len(leaves) - 1))
	root, proof = ledger.merkle_root(leaves), ledger.inclusion_proof(leaves, index)
	size = len(leaves)
	assert len(proof) <= math.ceil(math.log2(size)) if size > 1 else not proof
	assert ledger.verify_inclusion(leaves[index], index, size, proof, root)
	assert not ledger.verify_inclusion(leaves[index] + "x", index, size, proof, root)
	assert not ledger.verify_inclusion(leaves[index], index, size, [*proof, root], root)
	assert not ledger.verify_inclusion(leaves[index], index, size, proof, "0" * 64)
	assert not ledger.verify_inclusion(leaves[index], size, size, proof, root)
	if proof:
		place = draw.draw(st.integers(0, len(proof) - 1))
		assert not ledger.verify_inclusion(leaves[index], index, size, proof[:-1], root)
		assert not ledger.verify_inclusion(
			leaves[index], index, size, [*proof[:place], "0" * 64, *proof[place + 1 :]], root
		)
		assert not ledger.verify_inclusion(leaves[index], index, size, ["no hash", *proof[1:]], root)


def test_there_is_no_proof_of_a_leaf_that_is_not_there():
	for index in (-1, 2):
		with pytest.raises(IndexError):
			ledger.inclusion_proof(["a", "b"], index)


def test_a_node_never_passes_as_a_leaf():
	"""The root over two leaves is no root over one leaf made of their hashes (a second preimage)."""
	left, right = (hashlib.sha256(b"\x00" + leaf).digest() for leaf in (b"a", b"b"))
	assert ledger.merkle_root(["a", "b"]) == hashlib.sha256(b"\x01" + left + right).hexdigest()
	assert ledger.merkle_root(["a", "b"]) != hashlib.sha256(b"\x00" + left + right).hexdigest()
	assert ledger.merkle_root(["a", "b", "c"]) != ledger.merkle_root(["a", "b", "c", "c"])


# -- seals


def seals_of(counts, start=date(2026, 1, 1)):
	seals, previous = [], GENESIS
	for number, count in enumerate(counts):
		leaves = [ledger.head_leaf(f"CMP-{n:05}", 1, f"{number:064x}") for n in range(count)]
		seals.append(ledger.seal(start + timedelta(days=number), leaves, previous))
		previous = seals[-1].hash
	return seals


growing = st.lists(st.integers(0, 6), min_size=1, max_size=6).map(sorted)


@patient
@given(growing)
def test_untouched_seals_verify(counts):
	assert ledger.verify_seals(seals_of(counts)) == []
	assert ledger.verify_seals([]) == []


@patient
@given(growing, st.data())
def test_any_single_change_of_a_seal_is_found(counts, draw):
	seals = seals_of(counts)
	index = draw.draw(st.integers(0, len(seals) - 1))
	name = draw.draw(st.sampled_from(["day", "head_count", "merkle_root", "previous_seal", "hash"]))
	old = getattr(seals[index], name)
	values = {date: st.dates(), int: st.integers(0, 9), str: texts}[type(old)]
	seals[index] = replace(seals[index], **{name: draw.draw(values.filter(lambda value: value != old))})
	assert ledger.verify_seals(seals)


def test_a_seal_taken_out_replaced_or_covering_less_is_found():
	seals = seals_of([2, 2, 2, 2])
	assert problems(ledger.verify_seals([seals[0], *seals[2:]])) == [(2, "link")]
	assert problems(ledger.verify_seals(seals[1:])) == [(1, "link")]
	again = ledger.seal(seals[1].day, [], seals[0].hash)
	found = ledger.verify_seals([seals[0], again, *seals[2:]])
	assert problems(found) == [(2, "count"), (3, "link")]
	assert found[0].explanation == (
		"The seal of 2026-01-02 covers 0 complaints, the one before 2: complaints are missing."
	)
	same_day = ledger.seal(seals[3].day, ["a", "b"], seals[3].hash)
	assert problems(ledger.verify_seals([*seals, same_day])) == [(5, "order")]


def test_the_form_of_a_seal_is_fixed_for_ever():
	leaf = ledger.head_leaf(NAME, 3, GENESIS)
	assert leaf == f'["{NAME}",3,"{GENESIS}"]'
	sealed = ledger.seal(date(2026, 1, 1), [leaf])
	assert (
		sealed.hash
		== ledger.seal_hash("2026-01-01", 1, sealed.merkle_root, GENESIS)
		== "cd7e5ca4913a8dadd326afd386247784bc2cda3669807252f30ef2176bcaf4a1"
	)


def test_cutting_the_end_off_a_chain_passes_by_itself_and_is_found_by_the_seal():
	entries = simple_chain(4)
	sealed = ledger.seal(date(2026, 1, 1), [ledger.head_leaf(NAME, 4, entries[3].hash)])
	cut = entries[:3]
	assert verify(cut) == []
	assert ledger.merkle_root([ledger.head_leaf(NAME, 3, cut[-1].hash)]) != sealed.merkle_root

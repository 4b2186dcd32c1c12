"""How often somebody may ask: counters in Redis, per endpoint and address, and per endpoint, address and case.

Frappe's own decorator counts all pages as one and believes X-Forwarded-For; these are counted alike for API and
pages. The address is the one that our own proxy saw.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.utils import cint

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
HOUR = 60 * 60
OUR_NETWORKS = tuple(
	ipaddress.ip_network(network)
	for network in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""Where a proxy of ours may stand: nobody reaches us from there but through it."""


@dataclass(frozen=True)
class Limit:
	"""So many requests in so many seconds: from one address, and from one address on one case (0: not counted)."""

	per_address: int
	per_case: int = 0
	seconds: int = HOUR


LIMITS = {
	"file_complaint": Limit(0),  # Complaint Settings: Filings an Hour
	"filing_attempt": Limit(600),  # those with mistakes in them do not count as filings
	"track": Limit(600, 120),
	"list_complaints": Limit(600),
	"my_documents": Limit(300),
	"add_message": Limit(120, 40),
	"respond_to_decision": Limit(60, 20),
	"request_review": Limit(60, 20),
	"withdraw": Limit(60, 20),
	"give_feedback": Limit(60, 20),
	"upload": Limit(120, 40),
	"download": Limit(600, 200),
	"reissue_key": Limit(20, 5),
	"renew_key": Limit(20, 10),
	"page": Limit(1200),
}
WRONG_KEYS = Limit(60, 20)
"""Keys that did not fit, whatever they were tried on."""
WRONG_CODES = Limit(20, 5, 24 * HOUR)
"""A code is short, so few wrong ones are borne a day."""
WRONG_CODES_ON_CASE = 20
"""… and, from wherever they come, so many on one case: then codes are not believed for a day; keys still are."""


def check(endpoint: str, reference: str = "") -> None:
	"""Count one request. Raises frappe.RateLimitExceededError with one sentence when it is one too many."""
	limit = LIMITS[endpoint]
	per_address = limit.per_address or filings_an_hour()
	if _count((endpoint, address()), limit.seconds) > per_address:
		refuse()
	if (
		limit.per_case
		and reference
		and _count((endpoint, address(), reference), limit.seconds) > limit.per_case
	):
		refuse()


def give_back(endpoint: str) -> None:
	"""Take a counted request back: nothing came of it, by an honest mistake."""
	_count((endpoint, address()), LIMITS[endpoint].seconds, -1)


def check_guesses(reference: str, code: bool = False) -> None:
	"""Refuse to look at another key (or code) where too many wrong ones came from here."""
	kind, limit = _guesses(code)
	if _seen((kind, address())) >= limit.per_address or _seen((kind, address(), reference)) >= limit.per_case:
		refuse()
	if code and _seen((kind, "anywhere", reference)) >= WRONG_CODES_ON_CASE:
		refuse()


def wrong_guess(reference: str, code: bool = False) -> None:
	"""Count a key (or code) that did not fit."""
	kind, limit = _guesses(code)
	for what in ((kind, address()), (kind, address(), reference), (kind, "anywhere", reference)):
		_count(what, limit.seconds)


def _guesses(code: bool) -> tuple[str, Limit]:
	return ("wrong code", WRONG_CODES) if code else ("wrong key", WRONG_KEYS)


def refuse() -> None:
	frappe.throw(
		_("That was too often for the moment. Please try again later, or call us."),
		frappe.RateLimitExceededError,
	)


def filings_an_hour() -> int:
	"""How many complaints one address may file in an hour (Complaint Settings)."""
	return cint(frappe.get_cached_doc("Complaint Settings").get("filings_an_hour")) or 30


def address() -> str:
	"""Where the request comes from: an address of IPv4, or the network of 64 bits that one of IPv6 lies in.

	Behind a proxy on this machine or in a private network (bench's nginx), the last address that it added to
	X-Forwarded-For; what stands before that, the visitor may have written. By a socket of this machine, which has no
	address, only a proxy comes.
	"""
	request = getattr(frappe.local, "request", None)
	if not request:
		return "local"
	direct = _ip(request.environ.get("REMOTE_ADDR"))
	forwarded = _ip(request.headers.get("X-Forwarded-For", "").rpartition(",")[2])
	if forwarded and (not direct or any(direct in network for network in OUR_NETWORKS)):
		direct = forwarded
	return _counted_as(direct) if direct else "unknown"


def _ip(text: str | None) -> IP | None:
	"""The address in `text`, which some proxies write with its port; None where there is none."""
	text = (text or "").strip()
	if text.startswith("["):
		text = text[1:].partition("]")[0]
	elif text.count(":") == 1:
		text = text.partition(":")[0]
	try:
		found = ipaddress.ip_address(text)
	except ValueError:
		return None
	return getattr(found, "ipv4_mapped", None) or found


def _counted_as(found: IP) -> str:
	"""Whoever has one address of IPv6 has all those of its network."""
	return str(found) if found.version == 4 else f"{ipaddress.ip_address(int(found) >> 64 << 64)}/64"


def _count(what: tuple[str, ...], seconds: int, by: int = 1) -> int:
	"""Count once more, atomically; the number in this window. No counter is ever without an end."""
	pipe, key = _cache().pipeline(), _key(what)
	pipe.set(key, 0, ex=seconds, nx=True)
	pipe.incrby(key, by)
	return pipe.execute()[1]


def _seen(what: tuple[str, ...]) -> int:
	return cint(_cache().get(_key(what)))


def forget(endpoint: str = "") -> None:
	"""Count anew: for tests, and for an operator whose office was shut out."""
	_cache().delete_keys("complaints_limit:" + (f"{endpoint}:" if endpoint else ""))


def _key(what: tuple[str, ...]):
	kind, *rest = what
	# a reference names the same case in capitals and without, and with blanks around it (see `reading.row`)
	told = "\n".join(part.strip().casefold() for part in rest)
	hashed = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]
	return _cache().make_key(f"complaints_limit:{kind}:{hashed}")


def _cache():
	# a function on Frappe 15 of 2023, an object since
	return frappe.cache() if callable(frappe.cache) else frappe.cache

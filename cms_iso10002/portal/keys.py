"""Keys that open one case to somebody without an account.

*Tracking key*: 128 random bits, shown once; only its SHA-256 is stored. *Action code*: short, printed in letters to
people without e-mail. *Feedback key* and *renewal token* stand in links. The last three are made from a secret of the
site and the case each time they are needed, so nothing that opens a case lies in the database.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b32encode

import frappe
from frappe.utils.password import get_encryption_key

from cms_iso10002.complaints import clock

COMPLAINANT, REPRESENTATIVE = "Complainant", "Representative"
PREFIX = {COMPLAINANT: "C", REPRESENTATIVE: "R"}
"""A key says whose it is; what it says is hashed with it, so nobody can change it."""

HASH_OF_NOTHING = hashlib.sha256().hexdigest()
"""Compared with where no key was handed out, or there is no such case."""
KEY_LENGTH = 32
"""Hexadecimal digits of a tracking key."""
SEPARATORS = re.compile(r"[\s\u200b\u2010-\u2015-]+")
CODE_LENGTH = 12
"""Letters and digits of an action code: 60 bits, and few guesses."""
RENEWAL_SECONDS = 24 * 60 * 60
FORM, GUEST_FORM = "form", "guest's form"
"""What a stamp is for: to tell how long it took to fill in a form, and that a guest's form is one of ours."""
STAMP_LENGTH = 32
"""Hexadecimal digits that sign a stamp."""


def new(holder: str = COMPLAINANT) -> tuple[str, str]:
	"""A fresh tracking key of `holder`, and the hash to store."""
	key = f"{PREFIX[holder]}-{secrets.token_hex(16)}"
	return key, digest(key)


def digest(key: str) -> str:
	"""What is stored of a key."""
	return hashlib.sha256(key.encode()).hexdigest()


def holder_of(key: str) -> str:
	"""Whose key it is; only to be believed of one that `fits`."""
	return REPRESENTATIVE if key.startswith(PREFIX[REPRESENTATIVE]) else COMPLAINANT


def as_issued(key: str, stored_hash: str | None) -> str:
	"""The key that was hashed, where `key` is it however it was typed; "" for another. Takes as long where nothing is stored.

	Read off paper: blanks, dashes and capitals do not count, and the letter before it may be left out.
	"""
	typed = SEPARATORS.sub("", key).casefold()
	letter, digits = (typed[0], typed[1:]) if len(typed) == KEY_LENGTH + 1 else ("", typed)
	fitting = ""
	for prefix in PREFIX.values():
		reading = f"{prefix}-{digits}"
		fit = hmac.compare_digest(digest(reading), stored_hash or HASH_OF_NOTHING) and bool(stored_hash)
		if fit and letter in ("", prefix.casefold()):
			fitting = reading
	return fitting


def fits(key: str, stored_hash: str | None) -> bool:
	"""Whether `key` is the one that was hashed; takes as long where nothing is stored."""
	return bool(as_issued(key, stored_hash))


def action_code(complaint: str) -> str:
	"""The code that letters print for the complainant, such as K7QF-2M9X-41AB."""
	code = b32encode(_mac("action code", complaint))[:CODE_LENGTH].decode()
	return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def code_fits(code: str, complaint: str) -> bool:
	"""Whether `code` is the action code of `complaint`; read off paper, so dashes, blanks and case do not count."""
	typed = (
		"".join(code.upper().split()).replace("-", "").replace("0", "O").replace("1", "I").replace("8", "B")
	)
	return hmac.compare_digest(typed.encode(), action_code(complaint).replace("-", "").encode())


def feedback_key(complaint: str, occasion: str) -> str:
	"""The key of the link by which the handling of `complaint` is rated on `occasion`; it opens nothing else."""
	return _mac("feedback", complaint, occasion).hex()[:32]


def feedback_key_fits(key: str, complaint: str, occasion: str) -> bool:
	return hmac.compare_digest(key.encode(), feedback_key(complaint, occasion).encode())


def renewal_token(complaint: str, stored_hash: str | None, holder: str) -> str:
	"""A token for a new tracking key of `holder`: good for a day, and once, because the new key changes the hash."""
	until = clock.to_micros(clock.now_utc()) // 1_000_000 + RENEWAL_SECONDS
	return f"{PREFIX[holder]}{until:x}.{_renewal_mac(complaint, stored_hash, holder, until)}"


def renewal_fits(token: str, complaint: str, stored_hash: str | None) -> str:
	"""Whose new key the token leads to; "" for one that does not fit or is too old."""
	told, _dot, mac = token.partition(".")
	holder = holder_of(told)
	try:
		until = int(told[1:], 16)
	except ValueError:
		until = 0
	expected = _renewal_mac(complaint, stored_hash, holder, until)
	same = hmac.compare_digest(mac.encode(), expected.encode())
	return holder if same and clock.to_micros(clock.now_utc()) // 1_000_000 <= until else ""


def _renewal_mac(complaint: str, stored_hash: str | None, holder: str, until: int) -> str:
	return _mac("renewal", complaint, stored_hash or "", holder, str(until)).hex()[:32]


def stamp(purpose: str = FORM) -> str:
	"""The present, signed: a form carries it, so that it is known how fast it was filled in, and that it is ours."""
	now = str(clock.to_micros(clock.now_utc()))
	return f"{now}.{_mac(purpose, now).hex()[:STAMP_LENGTH]}"


def seconds_since(stamped: str, purpose: str = FORM) -> float | None:
	"""Seconds since `stamp` gave this out for `purpose`; None for one that it did not give out."""
	then, _dot, mac = stamped.partition(".")
	if not (then.isascii() and then.isdecimal()):
		return None
	if not hmac.compare_digest(mac.encode(), _mac(purpose, then).hex()[:STAMP_LENGTH].encode()):
		return None
	return (clock.to_micros(clock.now_utc()) - int(then)) / 1_000_000


def _mac(purpose: str, *parts: str) -> bytes:
	"""Bound to what it is for: a code for one thing opens no other."""
	message = "\n".join(("cms_iso10002", frappe.local.site, purpose, *parts))
	return hmac.new(get_encryption_key().encode(), message.encode(), hashlib.sha256).digest()

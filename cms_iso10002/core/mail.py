"""What an e-mail says of itself: who sent it, when, in answer to what, and whether a machine did.

Read from the raw message (RFC 5322, 2045, 3464, 3834) alone; which complaint it belongs to is `mail_routing`'s
question. Senders write their headers themselves, so nothing here is proof of who they are.
"""

from __future__ import annotations

import email
import email.utils
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from hashlib import sha256

from cms_iso10002.core.similarity import normal_email

MOST_THREAD_IDS = 50
"""Ids of earlier messages that are looked at; long threads name each of theirs."""
MOST_REFERENCES = 20
LONGEST_SEARCHED = 200_000
"""Characters of a text in which references are looked for."""
LONGEST_HEADER = 20_000
LONGEST_ID = 900
"""Characters of a Message-ID."""
DATE_OFF_BY = timedelta(days=7)
"""A Date that differs more from the time of delivery is a wrong clock."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r?\n(?=\S)")
"""Signs that no text has; ends of lines are those of folded headers."""
SUPERSETS = {"us-ascii": "utf-8", "ascii": "utf-8", "gb2312": "gb18030", "iso-8859-1": "windows-1252"}
"""Alphabets that are said where a larger one is meant."""
UNFIT = frozenset(("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"))
"""Names that Python knows and no mail uses; the first takes minutes."""

MESSAGE_ID = re.compile(r"<\s*([^<>\s]+)\s*>")
FORWARD = re.compile(r"^\s*(?:(?:re|aw|sv|antw)\s*:\s*)*(?:fwd?|wg|tr|rv|i|doorst|vs)\s*:", re.IGNORECASE)
DAEMON = re.compile(r"^(mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
ANSWERING_MACHINES = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-autoresponder")
REPORTS = ("delivery-status", "disposition-notification")
BULK = ("bulk", "junk", "list")


@dataclass(frozen=True)
class Bounce:
	"""What a mail server tells of a message that it could not, or not yet, deliver."""

	original_ids: tuple[str, ...]
	recipient: str
	reason: str
	final: bool


@dataclass(frozen=True)
class Facts:
	"""What a message says of itself. Texts are decoded, addresses in lower case, ids without their brackets."""

	key: str
	message_id: str = ""
	sender: str = ""
	sender_name: str = ""
	reply_to: str = ""
	subject: str = ""
	received_at: datetime | None = None
	thread: tuple[str, ...] = ()
	language: str = ""
	automatic: str = ""
	"""Why a machine wrote it ("" for a person): such a message never opens or moves a case."""
	doubtful: str = ""
	"""Why a machine may have written it: a person must look."""
	bounce: Bounce | None = None
	forwarded: bool = False
	forged: bool = False
	"""The receiving mail server found that the sender's domain did not send it (DMARC)."""


def read(raw: bytes) -> Facts:
	"""The facts of a raw message. Never raises for what stands in one: a part that makes no sense is left out.

	Of one that can't be read at all there is nothing but its key, and a doubt.
	"""
	try:
		return _read(raw)
	except (
		Exception
	) as error:  # Python's parsers fail in ways of their own on what was made to make them fail
		return Facts(key=key_of("", raw), doubtful=f"{type(error).__name__}: {error}"[:140])


def _read(raw: bytes) -> Facts:
	message = email.message_from_bytes(raw)
	ids = _ids(message, "Message-ID")
	message_id = ids[0][:LONGEST_ID] if ids else ""
	sender = _address(message, "From")
	bounce = read_bounce(message)
	return Facts(
		key=key_of(message_id, raw),
		message_id=message_id,
		sender=sender,
		sender_name=_name(message, "From"),
		reply_to=_address(message, "Reply-To"),
		subject=" ".join(header(message, "Subject").split()),
		received_at=received_at(message),
		thread=thread_ids(message),
		language=header(message, "Content-Language").partition(",")[0].strip().lower(),
		automatic=_automatic(message, sender, bounce),
		doubtful=_doubtful(message),
		bounce=bounce,
		forwarded=bool(FORWARD.match(header(message, "Subject"))),
		forged=_is_forged(message),
	)


def key_of(message_id: str, raw: bytes) -> str:
	"""What names a message for good: its Message-ID, which two mailboxes share, else all that it says."""
	return sha256(message_id.encode("utf-8", "replace") if message_id else raw).hexdigest()[:40]


def thread_ids(message: Message) -> tuple[str, ...]:
	"""The ids of the messages this one answers, the nearest first."""
	nearest = [*_ids(message, "In-Reply-To"), *reversed(_ids(message, "References"))]
	return tuple(dict.fromkeys(nearest))[:MOST_THREAD_IDS]


def received_at(message: Message) -> datetime | None:
	"""When it was sent by its Date (aware, UTC), or delivered where that is missing or a wrong clock's; None unknown."""
	sent = _instant(header(message, "Date"))
	stamps = message.get_all("Received") or [""]
	delivered = _instant(str(stamps[0]).rpartition(";")[2])
	if sent and delivered and abs(sent - delivered) > DATE_OFF_BY:
		return delivered
	return sent or delivered


def _instant(text: str) -> datetime | None:
	try:
		moment = email.utils.parsedate_to_datetime(text.strip())
		# "-0000" says that the zone is not known, and yields a naive one
		return moment.astimezone(timezone.utc) if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
	except (TypeError, ValueError, IndexError, OverflowError):
		return None


# headers ---------------------------------------------------------------------------------------------------


def header(message: Message, name: str) -> str:
	"""A header, decoded; "" where there is none."""
	return _decoded_header(next(_values(message, name), ""))


def _values(message: Message, name: str) -> Iterator[str]:
	"""The headers of a name as they came; letters that nobody encoded are read all the same."""
	for key, value in message.raw_items():
		if key.lower() == name.lower():
			content = str(value).encode("utf-8", "surrogateescape")
			yield CONTROL.sub(" ", decoded(content, "utf-8"))[:LONGEST_HEADER]


def _decoded_header(value: str) -> str:
	try:
		return CONTROL.sub(" ", str(make_header(decode_header(value))))
	except (LookupError, ValueError, TypeError, MessageError):
		return value


def decoded(content: bytes, charset: str | None = None) -> str:
	"""Text in the alphabet that it says, else in the one that it must be: many are called what they are not."""
	said = (charset or "utf-8").lower()
	said = "utf-8" if said in UNFIT else SUPERSETS.get(said, said)
	last_resort = "windows-1252" if said == "utf-8" else said
	for name, errors in ((said, "strict"), ("utf-8", "strict"), (last_resort, "replace")):
		try:
			return content.decode(name, errors)
		except (LookupError, ValueError):
			continue
	return content.decode("windows-1252", "replace")


def _ids(message: Message, name: str) -> list[str]:
	found: list[str] = []
	for value in _values(message, name):
		found += MESSAGE_ID.findall(value)
	return found


def _parsed(message: Message, name: str) -> tuple[str, str]:
	"""Name and address of the first person of a header. Parsed before it is decoded: a name may hold a comma."""
	for shown, address in email.utils.getaddresses(list(_values(message, name))):
		if normal_email(address):
			return shown, normal_email(address)
	return "", ""


def _address(message: Message, name: str) -> str:
	return _parsed(message, name)[1]


def _name(message: Message, name: str) -> str:
	return " ".join(_decoded_header(_parsed(message, name)[0]).split())[:140]


def _is_forged(message: Message) -> bool:
	"""Whether the topmost check of the sender's domain failed: our own server's, those below anybody may write."""
	return bool(re.search(r"\bdmarc\s*=\s*fail\b", str(message.get("Authentication-Results") or ""), re.I))


# forwarded messages ----------------------------------------------------------------------------------------

FORWARDED_FROM = re.compile(
	r"^[>\s*]*(?:From|Von|De|Da|Van)\s*:[\s*]*(?P<who>\S[^\r\n]{0,300})$", re.IGNORECASE | re.MULTILINE
)
ADDRESS = re.compile(r"[^\s<>\[\]():;,\"']+@[^\s<>\[\]():;,\"']+")


def forwarded_from(text: str) -> list[tuple[str, str]]:
	"""Name and address of those whose messages a text quotes with their headers, the outermost first."""
	found = []
	for line in FORWARDED_FROM.finditer((text or "")[:LONGEST_SEARCHED]):
		who = line["who"]
		match = ADDRESS.search(who)
		address = normal_email(match[0].removeprefix("mailto:")) if match else ""
		if address:
			name = re.split(r"[<\[(]", who[: match.start()])[0].strip(" \t*\"'")
			found.append((name[:140], address))
	return found


# machines --------------------------------------------------------------------------------------------------


def _automatic(message: Message, sender: str, bounce: Bounce | None) -> str:
	submitted = header(message, "Auto-Submitted").partition(";")[0].strip().lower()
	if bounce or DAEMON.match(sender):
		return "bounce"
	if message.get_content_type() == "multipart/report" and message.get_param("report-type") in REPORTS:
		return "report"
	if submitted and submitted != "no":
		return f"Auto-Submitted: {submitted}"[:140]
	if any(str(value).strip() == "<>" for value in message.get_all("Return-Path") or ()):
		return "Return-Path: <>"
	if any(message.get(name) for name in ANSWERING_MACHINES) or _precedence(message) == "auto_reply":
		return "auto-reply"
	return ""


def _doubtful(message: Message) -> str:
	if _precedence(message) in BULK:
		return f"Precedence: {_precedence(message)}"
	for name in ("List-Id", "X-Auto-Response-Suppress"):
		if message.get(name):
			return f"{name}: {header(message, name)}"[:140]
	return ""


def _precedence(message: Message) -> str:
	return header(message, "Precedence").strip().lower()


def read_bounce(message: Message) -> Bounce | None:
	"""What a delivery report says (RFC 3464, or the header some servers write instead); None for other messages."""
	reports = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
	blocks = [block for part in reports for block in _blocks(part)]
	failed_for = header(message, "X-Failed-Recipients")
	if not reports and not failed_for:
		return None
	told = [block for block in blocks if block.get("Action")]
	failed = [block for block in told if str(block["Action"]).strip().lower() == "failed"]
	about = (failed or told or [Message()])[0]
	ids = tuple(dict.fromkeys((*_returned_ids(message), *thread_ids(message))))
	reason = " ".join((header(about, "Diagnostic-Code") or header(about, "Status")).split())
	return Bounce(
		original_ids=ids[:MOST_THREAD_IDS],
		recipient=normal_email(header(about, "Final-Recipient").rpartition(";")[2] or failed_for),
		reason=reason.removeprefix("smtp;").strip()[:140],
		final=bool(failed or (failed_for and not told)),
	)


def _blocks(report: Message) -> list[Message]:
	payload = report.get_payload()
	return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _returned_ids(message: Message) -> Iterator[str]:
	"""The Message-ID of what was sent back, whole or its headers only."""
	for part in message.walk():
		if part is message:
			continue
		if part.get_content_type() == "text/rfc822-headers":
			content = part.get_payload(decode=True) or b""
			yield from _ids(email.message_from_bytes(content), "Message-ID")
		elif part.get_content_type() == "message/rfc822":
			payload = part.get_payload()
			if isinstance(payload, list) and payload:
				yield from _ids(payload[0], "Message-ID")


# references ------------------------------------------------------------------------------------------------

SERIES_PARTS = {"YYYY": r"\d{4}", "YY": r"\d{2}", "MM": r"\d{2}", "DD": r"\d{2}"}


def reference_pattern(series: Iterable[str]) -> re.Pattern[str]:
	"""What the references that `series` (as `CMP-.YYYY.-.#####`) make look like in a text."""
	return re.compile(
		r"(?<![\w-])(?:" + "|".join(_series_pattern(each) for each in series) + r")(?![\w]|-\w)", re.I
	)


def _series_pattern(series: str) -> str:
	pattern = ""
	for part in filter(None, series.split(".")):
		if set(part) == {"#"}:
			pattern += rf"\d{{{len(part)},{len(part) + 6}}}"
		else:
			# what is neither fixed nor a date is a field of the document
			pattern += SERIES_PARTS.get(part) or (r"\w[\w-]*" if part.startswith("{") else re.escape(part))
	return pattern


def references(texts: Iterable[str], pattern: re.Pattern[str]) -> list[str]:
	"""The references that `texts` quote, in upper case, in order, each once."""
	found = (match for text in texts for match in pattern.findall((text or "")[:LONGEST_SEARCHED]))
	return list(dict.fromkeys(match.upper() for match in found))[:MOST_REFERENCES]

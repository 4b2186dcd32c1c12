"""Files on their way: those that come with a request, and one that is its answer."""

from __future__ import annotations

from urllib.parse import quote

import frappe
from frappe.utils import cint
from werkzeug.wrappers import Response

from cms_iso10002.complaints.uploads import LARGEST, MOST_AT_ONCE, Upload

SMALLEST_LIMIT = 10 * 1024**2
"""Of a request, in any version of Frappe 15 that was not told otherwise."""


def largest_request() -> int:
	"""Bytes of a request that the server takes: Frappe refuses a larger one before it reads what was typed."""
	request = getattr(frappe.local, "request", None)
	told = getattr(request, "max_content_length", None) or frappe.conf.get("max_file_size")
	return cint(told) or SMALLEST_LIMIT


def received(field: str = "files") -> list[Upload]:
	"""The files of the request, at most one more than is allowed, each read up to one byte more than is allowed."""
	request = getattr(frappe.local, "request", None)
	if not request or request.method != "POST":
		return []
	found = [file for file in request.files.getlist(field) if file and file.filename]
	return [Upload(file.filename, file.stream.read(LARGEST + 1)) for file in found[: MOST_AT_ONCE + 1]]


def response(name: str) -> Response:
	"""A file as the answer to a request: saved, never shown. The caller has checked that it may be fetched."""
	file = frappe.get_doc("File", name)
	content = file.get_content()
	answer = Response(content.encode() if isinstance(content, str) else content)
	# never guessed from the name: nothing of it may run in the site's origin
	answer.mimetype = "application/octet-stream"
	answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.file_name)}"
	answer.headers["X-Content-Type-Options"] = "nosniff"
	answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
	answer.headers["Cache-Control"] = "private, no-store"
	return answer

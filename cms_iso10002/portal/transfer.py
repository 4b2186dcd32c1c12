"""Files on their way: those that come with a request, and one that is its answer."""

from __future__ import annotations

from typing import IO
from urllib.parse import quote

import frappe
from werkzeug.wrappers import Response

from cms_iso10002.complaints.uploads import LARGEST, MOST_AT_ONCE, Upload, content_of


def received(field: str = "files") -> list[Upload]:
	"""The files of the request, at most one more than is allowed, each read up to one byte more than is allowed."""
	request = getattr(frappe.local, "request", None)
	if not request or request.method != "POST":
		return []
	found = [file for file in request.files.getlist(field) if file and file.filename]
	return [Upload(file.filename, _read(file.stream)) for file in found[: MOST_AT_ONCE + 1]]


def _read(stream: IO[bytes]) -> bytes:
	stream.seek(0)  # a request that is done again, after a deadlock, has read it before
	return stream.read(LARGEST + 1)


def response(name: str) -> Response:
	"""A file as the answer to a request: saved, never shown. The caller has checked that it may be fetched."""
	file = frappe.get_doc("File", name)
	answer = Response(content_of(file))
	# never guessed from the name: nothing of it may run in the site's origin
	answer.mimetype = "application/octet-stream"
	answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.file_name)}"
	answer.headers["X-Content-Type-Options"] = "nosniff"
	answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
	answer.headers["Cache-Control"] = "private, no-store"
	return answer

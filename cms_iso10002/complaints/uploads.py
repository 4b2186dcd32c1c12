"""Files that complainants send, by a page or by e-mail: what is taken, by its content, and where it lies.

A file is known by its first bytes, never by its name. None is opened but to look at its beginning (and the list of
what a ZIP-based document holds), so a file made to burst whoever opens it does nothing here. Where a photo was taken
is cut out of it without decoding it. All are private, and attached to the case.
"""

from __future__ import annotations

import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import frappe
from frappe import _
from frappe.core.api.file import get_max_file_size
from frappe.core.doctype.file.file import File
from frappe.utils import cint

from cms_iso10002.complaints import timeline
from cms_iso10002.complaints.image_metadata import without_place

LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""
MOST_AT_ONCE = 10
MOST_OF_A_REQUEST = 25 * 1024 * 1024
"""Bytes that Frappe takes where the site's configuration (`max_file_size`) and its version say nothing else."""
FOR_THE_TEXT = 1024 * 1024
"""Bytes of a request that are not files: the texts of its form, and what stands around each part."""
MOST_OF_A_CASE = 100
LONGEST_NAME = 80
LONGEST_ON_DISK = 180
READABLE = "JPG, PNG, WebP, HEIC, GIF, PDF, TXT, DOCX, XLSX, ODT, MP4, MOV, MP3, M4A, WAV, OGG"

BEGINNINGS = (
	(b"\xff\xd8\xff", "jpg"),
	(b"\x89PNG\r\n\x1a\n", "png"),
	(b"GIF87a", "gif"),
	(b"GIF89a", "gif"),
	(b"%PDF-", "pdf"),
	(b"ID3", "mp3"),
	(b"\xff\xfb", "mp3"),
	(b"\xff\xf3", "mp3"),
	(b"\xff\xf2", "mp3"),
	(b"OggS", "ogg"),
)
BRANDS = {
	**dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "heic"),
	**dict.fromkeys(
		(b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"3gp4", b"3gp5"),
		"mp4",
	),
	**dict.fromkeys((b"M4A ", b"M4B "), "m4a"),
	b"qt  ": "mov",
}
"""What a file of the MPEG-4 family is, by its brand."""
BROKEN = (zlib.error, lzma.LZMAError)
"""What is raised of the ways a ZIP packs what it holds."""
MARKUP = re.compile(
	r"<\s*(!doctype|\?xml|html|head|body|script|svg|iframe|object|embed|img|a\s)", re.IGNORECASE
)


@dataclass(frozen=True)
class Upload:
	"""A file as it came: the name it was given, and its bytes."""

	filename: str
	content: bytes


class Refused(Exception):
	"""A file can't be taken; the text is the sentence that says why and what to do."""


def most_together() -> int:
	"""Bytes of the files of one request: Frappe refuses a larger one before anybody can say what is wrong."""
	request = getattr(frappe.local, "request", None)
	told = getattr(request, "max_content_length", None) or cint(frappe.conf.get("max_file_size"))
	return max((told or MOST_OF_A_REQUEST) - FOR_THE_TEXT, 0)


def largest() -> int:
	"""Bytes of one file that we and this site take."""
	return min(LARGEST, most_together(), get_max_file_size())


class UnknownKind(Refused):
	"""A file of a kind that is not taken; all of them are named in one sentence."""


def check(files: Sequence[Upload]) -> list[Upload]:
	"""`files` with clean names and without places in them. Raises Refused with a sentence for all that can't be taken."""
	if len(files) > MOST_AT_ONCE:
		raise Refused(
			_("You can send {0} files at a time. Send the others afterwards, as a message.").format(
				MOST_AT_ONCE
			)
		)
	checked, unknown, problems = [], [], []
	for file in files:
		try:
			checked.append(_checked(file))
		except UnknownKind:
			unknown.append(shown_name(file.filename))
		except Refused as refused:
			problems.append(str(refused))
	if unknown:
		problems.append(
			_("We can't take {0}. Please send one of these kinds: {1}.").format(", ".join(unknown), READABLE)
		)
	if problems:
		raise Refused(" ".join(problems))
	return checked


def _checked(file: Upload) -> Upload:
	shown = shown_name(file.filename)
	if not file.content:
		raise Refused(_("The file {0} is empty. Please choose it again.").format(shown))
	if len(file.content) > largest():
		raise Refused(
			_("The file {0} is larger than {1} MB. Please send a smaller one.").format(
				shown, largest() // 1024**2
			)
		)
	kind = sniff(file.content, file.filename)
	if not kind and _is_text(file):
		raise Refused(
			_("The file {0} holds the code of a web page. Please send it as a PDF or a photo.").format(shown)
		)
	if not kind:
		raise UnknownKind
	return Upload(f"{clean_stem(file.filename)}.{kind}", without_place(file.content, kind))


def sniff(content: bytes, filename: str = "") -> str:
	"""The kind of a file (the ending it shall have) by its content; "" for one that is not taken."""
	for beginning, kind in BEGINNINGS:
		if content.startswith(beginning):
			return kind
	if content[:4] == b"RIFF":
		return {b"WEBP": "webp", b"WAVE": "wav"}.get(content[8:12], "")
	if content[4:8] == b"ftyp":
		return BRANDS.get(content[8:12], "")
	if content.startswith(b"PK\x03\x04"):
		return _office_kind(content)
	return "txt" if filename.lower().endswith(".txt") and _is_plain(content) else ""


def _office_kind(content: bytes) -> str:
	"""What a ZIP holds, by its table of contents; nothing in it is unpacked but the 100 bytes that say its type."""
	try:
		with zipfile.ZipFile(io.BytesIO(content)) as archive:
			names = set(archive.namelist())
			if any("vbaproject" in name.lower() or name.lower().endswith((".exe", ".js")) for name in names):
				return ""
			if "[Content_Types].xml" in names:
				return (
					"docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else ""
				)
			if "mimetype" not in names:
				return ""
			with archive.open("mimetype") as told:
				says = told.read(100)
	except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, *BROKEN):
		return ""
	return "odt" if says.strip() == b"application/vnd.oasis.opendocument.text" else ""


def _is_text(file: Upload) -> bool:
	return file.filename.lower().endswith(".txt") and b"\x00" not in file.content


def _is_plain(content: bytes) -> bool:
	if b"\x00" in content:
		return False
	return not MARKUP.search(content.decode("utf-8", "replace"))


def clean_stem(filename: str) -> str:
	"""The name of a file without folders, ending and anything that could mean something to a machine."""
	name = unicodedata.normalize("NFC", filename).replace("\\", "/").rpartition("/")[2]
	stem = name.rpartition(".")[0] or name
	kept = re.sub(r"[^\w \-]+", "_", stem).strip(" ._-")[:LONGEST_NAME]
	# disks count bytes, and Frappe adds some to a name that is there already
	return kept.encode()[:LONGEST_ON_DISK].decode(errors="ignore") or "file"


def shown_name(filename: str) -> str:
	"""The name of a file as its sender knows it, with its ending."""
	ending = re.sub(r"[^A-Za-z0-9]", "", filename.rpartition(".")[2])[:10] if "." in filename else ""
	return f"{clean_stem(filename)}.{ending}" if ending else clean_stem(filename)


def keep(
	complaint: str, files: Sequence[Upload], communication: str = "", *, shown: bool = True
) -> list[str]:
	"""Attach checked files to the case and record which came in; returns the names of the File records.

	`shown` says that the case's people sent them: those may be fetched in the portal.
	"""
	if not files:
		return []
	held = frappe.db.count("File", {"attached_to_doctype": "Complaint", "attached_to_name": complaint})
	if held + len(files) > MOST_OF_A_CASE:
		raise Refused(_("This complaint holds {0} files already. Please call us.").format(held))
	names = _keep_all(complaint, files)
	data = {"files": names, **({"communication": communication} if communication else {})}
	timeline.record(complaint, "files_received", data, public=shown)
	return names


def _keep_all(complaint: str, files: Sequence[Upload]) -> list[str]:
	"""All of them or none, on the disk as well, which a savepoint knows nothing of."""
	kept: list[File] = []
	try:
		for file in files:
			kept.append(_keep(complaint, file))
	except Exception:
		# whatever it was goes on, after the files are gone from the disk
		for doc in kept:
			doc.on_rollback()
		raise
	return [doc.name for doc in kept]


class _Untouched(File):
	"""A File that is stored as it is.

	Of what it takes for a JPEG, Frappe reads every point into memory, to write it anew without EXIF: gigabytes for a
	small file made so, an error for one that is cut off, and photos lose their turn. Ours are cleaned already.
	"""

	@property
	def content_type(self) -> str:
		return "application/octet-stream"

	@content_type.setter
	def content_type(self, guessed: str | None) -> None:
		pass  # Frappe sets what it guesses; it stays what is said above


def _keep(complaint: str, file: Upload) -> File:
	doc = _Untouched(
		{
			"doctype": "File",
			"file_name": file.filename,
			"content": file.content,
			"is_private": 1,
			"attached_to_doctype": "Complaint",
			"attached_to_name": complaint,
		}
	)
	# whoever files or may write to a case may send files to it; kind, size and number were checked
	doc.insert(ignore_permissions=True)
	return doc


def content_of(file: File) -> bytes:
	"""The bytes of a file. Frappe may hand out text, and from version 16 on in a code page that it guessed."""
	content = file.get_content()
	if isinstance(content, bytes):
		return content
	path = Path(file.get_full_path())
	return path.read_bytes() if path.exists() else content.encode()

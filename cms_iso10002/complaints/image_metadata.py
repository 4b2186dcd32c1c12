"""Photos without the place where they were taken, cut out of the bytes: nothing is decoded.

Of a JPEG all that cameras write beside the picture goes, but how it is to be turned; of a PNG its EXIF and texts.
"""

from __future__ import annotations

import struct

ORIENTATION = 0x0112
DROPPED_MARKERS = frozenset((0xE1, 0xED, 0xFE))
"""APP1 (EXIF, XMP), APP13 (IPTC) and comments."""
DROPPED_CHUNKS = frozenset((b"eXIf", b"tEXt", b"zTXt", b"iTXt"))
LARGEST_TURN = 8


def without_place(content: bytes, kind: str) -> bytes:
	"""`content` of a JPEG or PNG without what tells where it was taken; other kinds, and broken files, as they are."""
	try:
		if kind == "jpg":
			return _jpeg(content)
		if kind == "png":
			return _png(content)
	except (struct.error, IndexError):
		# a broken file is kept as it came: it may be evidence
		pass
	return content


def _jpeg(content: bytes) -> bytes:
	kept, at, turn = [b"\xff\xd8"], 2, 0
	while content[at] == 0xFF and content[at + 1] != 0xDA:
		marker = content[at + 1]
		length = struct.unpack(">H", content[at + 2 : at + 4])[0]
		segment = content[at : at + 2 + length]
		if marker == 0xE1 and segment[4:10] == b"Exif\x00\x00":
			turn = turn or _orientation(segment[10:])
		if marker not in DROPPED_MARKERS:
			kept.append(segment)
		at += 2 + length
	if 1 < turn <= LARGEST_TURN:
		kept.insert(1, _turned(turn))
	return b"".join((*kept, content[at:]))


def _orientation(tiff: bytes) -> int:
	"""How a camera held the picture (EXIF's 1 to 8); 0 where it is not said."""
	order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
	if not order:
		return 0
	start = struct.unpack(order + "I", tiff[4:8])[0]
	count = struct.unpack(order + "H", tiff[start : start + 2])[0]
	for index in range(min(count, 200)):
		entry = tiff[start + 2 + 12 * index :][:12]
		if struct.unpack(order + "H", entry[:2])[0] == ORIENTATION:
			return struct.unpack(order + "H", entry[8:10])[0]
	return 0


def _turned(turn: int) -> bytes:
	"""An APP1 segment that says how to turn the picture, and nothing else."""
	tiff = b"MM\x00*\x00\x00\x00\x08" + struct.pack(">HHHIHHI", 1, ORIENTATION, 3, 1, turn, 0, 0)
	body = b"Exif\x00\x00" + tiff
	return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(content: bytes) -> bytes:
	kept, at = [content[:8]], 8
	while at < len(content):
		length = struct.unpack(">I", content[at : at + 4])[0]
		chunk = content[at : at + 12 + length]
		if chunk[4:8] not in DROPPED_CHUNKS:
			kept.append(chunk)
		at += 12 + length
	return b"".join(kept)

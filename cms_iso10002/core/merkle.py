"""The root of a Merkle tree over leaves that come one by one, in O(log n) memory.

`ledger.merkle_root` wants all leaves at once; a seal covers every complaint there ever was. Same tree, same root.
"""

from __future__ import annotations

import hashlib

from cms_iso10002.core.ledger import leaf_hash, node_hash


class Tree:
	"""A tree that grows to the right: `add` leaves, then ask for the `root`, which is that of the leaves so far."""

	def __init__(self) -> None:
		self.size = 0
		self._peaks: list[tuple[int, bytes]] = []
		"""(number of leaves, hash) of complete subtrees, each smaller than the one to its left"""

	def add(self, leaf: str) -> None:
		"""Add a leaf on the right; two subtrees of the same size become one."""
		self.size += 1
		leaves, node = 1, leaf_hash(leaf)
		while self._peaks and self._peaks[-1][0] == leaves:
			_same, left = self._peaks.pop()
			leaves, node = leaves * 2, node_hash(left, node)
		self._peaks.append((leaves, node))

	@property
	def root(self) -> str:
		"""64 hex digits; without leaves SHA-256 of nothing."""
		if not self._peaks:
			return hashlib.sha256(b"").hexdigest()
		_leaves, node = self._peaks[-1]
		for _leaves, left in reversed(self._peaks[:-1]):
			node = node_hash(left, node)
		return node.hex()

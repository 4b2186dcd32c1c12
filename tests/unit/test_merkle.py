"""The tree that grows leaf by leaf has the root of the ledger's, at every size."""

from cms_iso10002.core import ledger
from cms_iso10002.core.merkle import Tree


def test_the_root_is_that_of_the_ledger_at_every_size():
	tree, leaves = Tree(), []
	for number in range(300):
		assert tree.root == ledger.merkle_root(leaves)
		assert tree.size == number
		leaves.append(f"leaf {number}")
		tree.add(leaves[-1])


def test_asking_for_the_root_changes_nothing():
	tree = Tree()
	for leaf in "abc":
		tree.add(leaf)
	assert tree.root == tree.root == ledger.merkle_root(list("abc"))


def test_a_large_tree_keeps_only_its_peaks():
	tree = Tree()
	for number in range(10_000):
		tree.add(str(number))
	assert len(tree._peaks) <= 14

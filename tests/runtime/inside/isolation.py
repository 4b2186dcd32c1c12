"""Keeps what one site test does from all the others.

Each test runs in one transaction that is rolled back at its end. Inside it, `frappe.db.commit()` and
`frappe.db.rollback()` mean what they always mean, by a savepoint that stands for "committed so far": so code that
commits, or rolls back after an error, can be tested without leaving anything behind.
"""

import contextlib
from collections.abc import Iterator

import frappe

_COMMITTED = "cms_committed"
# Redis keys that say nothing about records: dear to make anew, and no test changes them but by `clear_cache`.
_LASTING = (
	"doctype_meta",
	"doctype_form_meta",
	"app_hooks",
	"app_modules",
	"installed_app_modules",
	"all_apps",
)
_LASTING += (
	"table_columns",
	"db_tables",
	"lang_full_dict",
	"merged_translations",
	"translations",
	"assets_json",
)


class SchemaChange(Exception):
	"""A test without the marker `real_commit` was about to change the schema, which commits for real."""


@contextlib.contextmanager
def one_transaction() -> Iterator[None]:
	"""All that is done inside is undone at the end, whatever was committed in between."""
	database = frappe.local.db
	database.rollback()
	instead = _Instead(database)
	instead.put()
	try:
		yield
	finally:
		instead.take_away()
		database.rollback()


class _Instead:
	"""What stands for some methods of one connection to the database for the time of a test."""

	names = ("commit", "rollback", "begin", "sql_ddl", "check_implicit_commit")

	def __init__(self, database) -> None:
		self.database = database
		self.real_rollback = database.rollback

	def put(self) -> None:
		self.database.savepoint(_COMMITTED)
		for name in self.names:
			setattr(self.database, name, getattr(self, name))

	def take_away(self) -> None:
		for name in self.names:
			self.database.__dict__.pop(name, None)

	def commit(self) -> None:
		self.database.before_rollback.reset()
		self.database.after_rollback.reset()
		self.database.before_commit.run()
		self.database.savepoint(_COMMITTED)
		self.database.transaction_writes = 0
		self.database.after_commit.run()

	def rollback(self, *, save_point: str | None = None) -> None:
		if save_point:
			self.real_rollback(save_point=save_point)
			return
		self.database.before_commit.reset()
		self.database.after_commit.reset()
		self.database.before_rollback.run()
		self.real_rollback(save_point=_COMMITTED)
		self.database.transaction_writes = 0
		self.database.value_cache.clear()
		self.database.after_rollback.run()

	def begin(self, *, read_only: bool = False) -> None:
		"""The transaction goes on: another START TRANSACTION would commit it."""

	def sql_ddl(self, query: str, *args, **options) -> None:
		raise SchemaChange(f"mark this test real_commit, it changes the schema: {query[:120]}")

	def check_implicit_commit(self, query: str) -> None:
		"""Frappe lets a change of the schema pass where nothing was written before; here all was, for all we know."""
		first, _, rest = str(query).strip().lower().partition(" ")
		if first in ("alter", "drop", "create", "truncate", "rename") and not rest.startswith("temporary"):
			self.sql_ddl(str(query))


@contextlib.contextmanager
def own_state() -> Iterator[None]:
	"""Starts as Administrator with clean thread locals and caches, and leaves them so."""
	shape_changed = []
	clear_cache = frappe.clear_cache

	def noted_clear_cache(user=None, doctype=None):
		# For a user alone nothing is cleared that is not forgotten below anyway.
		if doctype or not user:
			shape_changed.append(doctype)
		return clear_cache(user=user, doctype=doctype)

	frappe.clear_cache = noted_clear_cache
	_reset_locals()
	try:
		yield
	finally:
		frappe.clear_cache = clear_cache
		_reset_locals()
		if shape_changed:
			clear_cache()
		else:
			forget_records()


def _reset_locals() -> None:
	local = frappe.local
	frappe.set_user("Administrator")
	local.flags = frappe._dict(currently_saving=[], in_test=True)
	local.response = frappe._dict({"docs": []})
	local.error_log, local.message_log, local.debug_log = [], [], []
	local.locked_documents = []
	local.lang = "en"
	local.request_cache.clear() if hasattr(local, "request_cache") else None
	for name in ("document_cache", "request", "login_manager", "is_ajax"):
		with contextlib.suppress(AttributeError):
			delattr(local, name)
	local.db.value_cache.clear()


def forget_records() -> None:
	"""Takes what was cached of the site's records out of Redis, where no rollback reaches it."""
	prefix = f"{frappe.conf.db_name}|".encode()
	keep = tuple(prefix + name.encode() for name in _LASTING)
	stale = [key for key in frappe.cache.keys(prefix.decode() + "*") if not key.startswith(keep)]
	if stale:
		frappe.cache.delete(*stale)


@contextlib.contextmanager
def second_connection() -> Iterator[None]:
	"""Inside, `frappe.db` is another connection to the same site, as another worker would have."""
	first = frappe.local.db
	frappe.connect(set_admin_as_user=False)
	second = frappe.local.db
	try:
		yield
	finally:
		second.close()
		frappe.local.db = first

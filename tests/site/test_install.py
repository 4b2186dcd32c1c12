"""Coming to a site: names that are taken, roles, and that installing twice is installing once."""

import json
import sys
from collections import Counter
from pathlib import Path

import frappe
import pytest
from frappe.query_builder import DocType

from cms_iso10002 import install
from cms_iso10002.setup import names, roles, written

ROLES = ["Complaint Agent", "Complaint Auditor", "Complaint Investigator", "Complaint Manager"]


@pytest.fixture
def health_app(tmp_path, monkeypatch):
	"""Another app on the bench, which ships a doctype as one of ours; its folder."""
	package = tmp_path / "some_health"
	folder = package / "health/doctype/complaint"
	folder.mkdir(parents=True)
	(package / "__init__.py").write_text('__version__ = "1"\n')
	(package / "modules.txt").write_text("Health\n")
	(folder / "complaint.json").write_text(json.dumps({"doctype": "DocType", "name": "Complaint"}))
	monkeypatch.syspath_prepend(str(tmp_path))
	yield package
	sys.modules.pop("some_health", None)


def test_our_names_are_read_from_our_files():
	assert {"Complaint", "Complaint Event", "Complaint Settings", "External Dispute"} <= set(names.doctypes())
	assert len(names.doctypes()) == len(set(names.doctypes()))
	assert names.modules() == ["Complaints", "ISO 10002"]
	installed = frappe.get_all(
		"DocType", filters={"module": ("in", names.modules())}, pluck="name", order_by="name"
	)
	assert sorted(names.doctypes()) == sorted(installed)


def test_our_own_doctypes_are_no_obstacle():
	names.refuse_taken()


def test_another_apps_doctype_of_our_name_is_refused(monkeypatch):
	frappe.get_doc({"doctype": "Module Def", "module_name": "Health", "app_name": "some_health"}).db_insert()
	frappe.db.set_value("DocType", "Complaint", "module", "Health")
	monkeypatch.setattr(roles, "make", lambda: pytest.fail("something was changed before the refusal"))
	with pytest.raises(frappe.ValidationError, match=r"Complaint.* of some_health"):
		install.before_install()


def test_a_doctype_somebody_made_on_the_site_is_refused():
	frappe.db.set_value("DocType", "Complaint Category", "custom", 1)
	with pytest.raises(frappe.ValidationError, match="Complaint Category"):
		install.before_install()


def test_another_apps_module_of_our_name_is_refused():
	frappe.db.set_value("Module Def", "Complaints", "app_name", "some_health")
	with pytest.raises(frappe.ValidationError, match=r"module .*Complaints.* of some_health"):
		install.before_install()


def test_an_app_that_ships_our_doctype_later_is_refused(health_app):
	with pytest.raises(frappe.ValidationError, match=r"Complaint.* of some_health"):
		install.before_app_install("some_health")


def test_the_name_in_the_file_counts_in_any_spelling(health_app):
	file = health_app / "health/doctype/complaint/complaint.json"
	file.write_text(json.dumps({"doctype": "DocType", "name": "COMPLAINT"}))
	with pytest.raises(frappe.ValidationError):
		install.before_app_install("some_health")


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json"])
def test_a_file_that_cannot_be_read_counts_by_its_folder(health_app, content):
	(health_app / "health/doctype/complaint/complaint.json").write_text(content)
	with pytest.raises(frappe.ValidationError):
		install.before_app_install("some_health")


def test_an_app_with_our_module_is_refused(health_app):
	(health_app / "health/doctype/complaint/complaint.json").unlink()
	install.before_app_install("some_health")
	(health_app / "modules.txt").write_text("Health\nComplaints\n")
	with pytest.raises(frappe.ValidationError, match="module"):
		install.before_app_install("some_health")


@pytest.mark.parametrize("app", ["frappe", "erpnext", names.APP])
def test_the_apps_we_need_are_not_refused(app):
	install.before_app_install(app)


def test_frappe_asks_us_before_it_installs_an_app():
	assert "cms_iso10002.install.before_app_install" in frappe.get_hooks("before_app_install")


def test_roles_open_the_desk():
	found = frappe.get_all(
		"Role", filters={"name": ("in", ROLES)}, fields=["name", "desk_access", "disabled"], order_by="name"
	)
	assert [(role.name, role.desk_access, role.disabled) for role in found] == [
		(role, 1, 0) for role in ROLES
	]
	assert sorted(roles.ROLES) == ROLES
	assert written.ours("Role") == ROLES


def test_every_role_may_do_something():
	granted = frappe.get_all("DocPerm", filters={"parent": "Complaint"}, pluck="role", order_by="role")
	assert set(ROLES) <= set(granted)


def test_a_role_the_site_had_before_is_not_ours():
	frappe.db.delete("Role", {"name": "Complaint Auditor"})
	written.forget()
	frappe.get_doc({"doctype": "Role", "role_name": "Complaint Auditor"}).insert()
	roles.make()
	assert written.load("Role")["Complaint Auditor"] == {"ours": 0}


def test_a_role_that_is_missing_comes_back():
	frappe.db.delete("Role", {"name": "Complaint Auditor"})
	roles.make()
	assert frappe.db.exists("Role", "Complaint Auditor")


@pytest.fixture
def without_fields(monkeypatch):
	"""Custom fields change the schema, which commits for real, and older Frappe writes them again each time."""
	monkeypatch.setattr(install.custom_fields, "make", lambda: None)


def test_set_up_twice_is_set_up_once(without_fields):
	install.set_up()
	before = snapshot()
	install.after_migrate()
	assert snapshot() == before


def test_set_up_asks_little_when_there_is_nothing_to_do(monkeypatch, without_fields):
	install.set_up()
	asked = Counter()
	sql = frappe.db.sql

	def counted(query, *args, **options):
		asked[str(query).split(maxsplit=1)[0].lower()] += 1
		return sql(query, *args, **options)

	monkeypatch.setattr(frappe.db, "sql", counted)
	install.set_up()
	assert set(asked) == {"select"}
	assert asked["select"] <= 60


def test_what_we_remember_is_not_sent_to_every_desk():
	assert frappe.db.exists("DefaultValue", {"parent": written.PARENT})
	assert "Complaint Category" not in frappe.defaults.get_defaults()
	assert written.PARENT not in ("__default", "__global")


@pytest.mark.real_commit
def test_install_refuses_a_site_with_another_complaint(spare_site):
	"""Frappe Health's doctype is there: install fails with one sentence and leaves nothing behind."""
	spare_site.run(
		"""
frappe.get_doc({"doctype": "Module Def", "module_name": "Health", "app_name": "some_health"}).db_insert()
frappe.get_doc({"doctype": "DocType", "name": "Complaint", "module": "Health"}).db_insert()
"""
	)
	done = spare_site.frappe("install-app", names.APP)
	said = done.stdout + done.stderr
	assert done.returncode != 0
	assert "only one of the two can be on a site" in said
	left = spare_site.run(
		"""
print(frappe.db.count("Role", {"name": ("like", "Complaint%")}), frappe.db.count("Module Def", {"app_name": "cms_iso10002"}))
print(frappe.db.count("DocType", {"name": ("like", "Complaint%")}), "cms_iso10002" in frappe.get_installed_apps())
"""
	)
	assert left.split() == ["0", "0", "1", "False"]


def snapshot() -> dict[str, list]:
	"""What set_up writes, with when and how often it was written."""
	doctypes = (
		"Role",
		"Workflow",
		"Workflow State",
		"Workflow Action Master",
		"Email Template",
		"Custom Field",
	)
	doctypes += ("Complaint Category", "Complaint Root Cause", "Complaint Remedy", "Dispute Resolution Body")
	doctypes += ("ISO 10002 Question",)
	found = {}
	for doctype in (
		*doctypes,
		"Complaint SLA Policy",
		"Workflow Transition",
		"Service Day",
		"Property Setter",
	):
		table = DocType(doctype)
		found[doctype] = sorted(frappe.qb.from_(table).select(table.name, table.modified).run())
	found["remembered"] = sorted(
		frappe.get_all("DefaultValue", {"parent": written.PARENT}, ["defkey", "defvalue"], as_list=True)
	)
	return found


def test_the_snapshot_sees_something():
	assert all(snapshot()[doctype] for doctype in ("Role", "Workflow", "Complaint Category", "remembered"))
	assert Path(frappe.get_app_path(names.APP, "fixtures", "seed")).is_dir()

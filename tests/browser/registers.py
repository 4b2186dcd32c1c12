"""A scene for the registers' browser tests: a small team, two versions of its policy, trainings, objectives, risks.

`make` and `clear` run on the site (see `portal.script`), with Python that knows Frappe.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

PASSWORD = "Complaints-demo-1"
DOMAIN = "registers.test"
TEAM = {
	"anna": ("Anna Berg", "Complaint Manager"),
	"ben": ("Ben Okafor", "Complaint Manager"),
	"clara": ("Clara Ruiz", "Complaint Agent"),
	"david": ("David Lund", "Complaint Agent"),
	"emre": ("Emre Kaya", "Complaint Investigator"),
	"fiona": ("Fiona Walsh", "Complaint Auditor"),
}
REGISTERS = (
	"Complaints Policy",
	"Complaints Policy Acknowledgement",
	"Complaint Handler Training",
	"Complaint Objective",
	"Complaint Objective Actual",
	"Complaint Context Item",
)
RUN = (
	"import frappe\nfrappe.init(site={{site!r}}, sites_path='.')\nfrappe.connect()\n"
	"from tests.browser import registers\nprint(registers.{call})\nfrappe.db.commit()\nfrappe.destroy()"
)
BODY = """\
<div class="ql-editor read-mode"><h1>Our Promise</h1><p>A complaint tells us where we failed somebody. We want to know it, we put it right where we can, and
we learn from it. Complaining costs nothing and brings no disadvantage to anybody.</p>
<h1>What You Can Expect</h1><ol><li data-list="bullet"><span class="ql-ui" contenteditable="false"></span>We confirm every complaint within one business day.</li>
<li data-list="bullet"><span class="ql-ui" contenteditable="false"></span>Somebody who was not involved looks into it, with an open mind.</li>
<li data-list="bullet"><span class="ql-ui" contenteditable="false"></span>You have our answer, with its reasons, within twenty business days; if that can't be, we tell you why.</li>
<li data-list="bullet"><span class="ql-ui" contenteditable="false"></span>If you do not agree, somebody else looks at it again.</li></ol>
<h2>Where to Complain</h2><p>On our website, by telephone, by e-mail, by letter or in person, in the language you buy in. We help with
large print, Braille, easy words or an interpreter.</p>
<h2>What We Do with Your Data</h2><p>We use it to handle your complaint and for nothing else, unless you agree.</p>
<h1>Who Is Responsible</h1><ol><li data-list="ordered"><span class="ql-ui" contenteditable="false"></span>Management provides people, training and time.</li>
<li data-list="ordered"><span class="ql-ui" contenteditable="false"></span>The complaints manager reports every month on volumes, causes and what was improved.</li>
<li data-list="ordered"><span class="ql-ui" contenteditable="false"></span>Everybody who meets customers knows this policy and passes complaints on the same day.</li></ol></div>"""


def email(name: str) -> str:
	return f"{name}@{DOMAIN}"


def make() -> str:
	"""Make the scene and answer, as JSON, the names of what the tests open."""
	import frappe

	from cms_iso10002.complaints import clock
	from tests.site import factories

	frappe.flags.in_test = True  # nobody gets a welcome mail
	clear()
	for name, (full_name, role) in TEAM.items():
		_user(name, full_name, role)
	today, names = clock.today(), {}

	def day(days: int) -> str:
		return str(today + timedelta(days=days))

	def on(days: int) -> None:
		moment = datetime.combine(today + timedelta(days=days), datetime.min.time(), timezone.utc)
		factories.set_now(moment + timedelta(hours=9))

	def act(name: str, function):
		return factories.as_user(email(name), function)

	on(-400)
	policy = _policy(day(-395))
	act("anna", policy.insert)
	act("ben", frappe.get_doc(policy.doctype, policy.name).submit)
	on(-40)
	from cms_iso10002.iso_10002 import acknowledgements, policy_releases

	new = act("anna", lambda: policy_releases.make_new_version(policy.name))
	draft = frappe.get_doc(policy.doctype, new)
	draft.update({"valid_from": day(-30), "change_note": "Twenty business days instead of thirty"})
	act("anna", draft.save)
	act("ben", frappe.get_doc(policy.doctype, new).submit)
	for name in ("ben", "clara", "fiona"):
		act(name, lambda: acknowledgements.acknowledge(new))
	factories.set_now(None)
	names["policy"] = new

	for name, topic, kind, trained, valid, effect in (
		("clara", "Handling complaints: basics", "Course", -200, 165, "Effective"),
		("david", "Handling complaints: basics", "Course", -400, -35, "Effective"),
		("emre", "Investigating fairly", "Coaching", -345, 20, "Not Checked"),
		("anna", "ISO 10002 for managers", "Course", -100, 630, "Effective"),
		("ben", "Handling complaints: basics", "E-Learning", 14, 380, "Not Checked"),
	):
		doc = act(
			"anna",
			lambda v=(name, topic, kind, trained, valid, effect): factories.make_training(
				email(v[0]),
				topic=v[1],
				kind=v[2],
				trained_on=day(v[3]),
				valid_until=day(v[4]),
				effectiveness=v[5],
				hours=6,
			),
		)
		names[f"training-{name}"] = doc.name

	objective = act(
		"anna",
		lambda: factories.make_objective(
			target=90, from_date=day(-330), to_date=day(30), responsible=email("anna")
		),
	)
	objective.actuals = []
	for days, actual in ((-300, 40), (-240, 55), (-180, 62), (-120, 60), (-60, 75), (-20, 71), (-8, 80)):
		objective.append("actuals", {"day": day(days), "actual": actual, "sample": 5})
	objective.update_child_table("actuals", objective.meta.get_field("actuals"))
	from cms_iso10002.iso_10002 import objectives

	objectives.recompute(objective.name)
	names["objective"] = objective.name
	act(
		"anna",
		lambda: factories.make_objective(
			title="Everybody has read the policy",
			figure="policy/acknowledged",
			target=40,
			from_date=day(-30),
			to_date=day(60),
			responsible=email("ben"),
		),
	)
	for title, kind, likelihood, impact, review, action in (
		("Too few people in the summer", "Risk", "Likely", "Major", 45, "Two more people from May to August"),
		("New supplier of kettles", "External Issue", None, None, -6, ""),
		("Consumer association", "Interested Party", None, None, 120, ""),
		("Answers in easy language", "Opportunity", "Possible", "Moderate", 10, "Pilot with two letters"),
	):
		doc = act(
			"anna",
			lambda v=(title, kind, likelihood, impact, review, action): factories.make_context_item(
				title=v[0],
				kind=v[1],
				likelihood=v[2],
				impact=v[3],
				review_on=day(v[4]),
				action=v[5],
				responsible=email("anna"),
				description="Seen in the review of the last quarter.",
			),
		)
		names.setdefault(kind, doc.name)
	return json.dumps(names)


def clear() -> str:
	"""Take the scene away: others count people and look at the policy's page."""
	import frappe

	for doctype in REGISTERS:
		frappe.db.delete(doctype)
	frappe.db.delete("Has Role", {"parent": ("like", f"%@{DOMAIN}")})
	frappe.db.delete("ToDo", {"reference_type": ("in", REGISTERS)})
	frappe.clear_cache()
	return "cleared"


def _user(name: str, full_name: str, role: str) -> None:
	import frappe
	from frappe.utils.password import update_password

	if not frappe.db.exists("User", email(name)):
		first, last = full_name.split()
		user = frappe.new_doc("User")
		user.update(
			{
				"email": email(name),
				"first_name": first,
				"last_name": last,
				"send_welcome_email": 0,
				"language": "en",
			}
		)
		user.flags.no_welcome_mail = True
		user.insert(ignore_permissions=True)
	update_password(email(name), PASSWORD)
	frappe.get_doc("User", email(name)).add_roles(role, "Sales User")


def _policy(valid_from: str):
	import frappe

	doc = frappe.new_doc("Complaints Policy")
	doc.update(
		{
			"title": "Complaints Policy",
			"company": frappe.db.get_value("Company", {}, "name"),
			"language": "en",
			"valid_from": valid_from,
			"approver_position": "Managing Director",
			"body": BODY,
		}
	)
	return doc

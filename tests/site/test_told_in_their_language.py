"""People inside the organisation are told things in their own language, whoever's doing they hear of."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import alerts
from cms_iso10002.portal import api
from tests.site import factories as make
from tests.site.portal_factories import file_as_guest, guest, start_counting_anew
from tests.site.test_assignment import make_rule


@pytest.fixture
def german():
	"""An agent and a manager who read German; whoever works in these tests speaks English."""
	people = [make.make_user(name) for name in ("agent", "manager")]
	for user in people:
		frappe.db.set_value("User", user, "language", "de")
		frappe.clear_cache(user=user)
	yield people
	for user in people:
		frappe.clear_cache(user=user)


def told(user: str, complaint: str) -> list[str]:
	return frappe.get_all(
		"Notification Log",
		{"for_user": user, "document_name": complaint},
		pluck="subject",
		order_by="creation",
	)


def test_by_a_rule_that_passes_somebody_over(german):
	agent, _manager = german
	make_rule("agent2", "agent")
	case = make.make_complaint(
		conflict_check="Names Recorded", persons_concerned=[{"user": make.make_user("agent2")}]
	)
	assert f"Ihnen wurde die Beschwerde {case.name} zugewiesen" in told(agent, case.name)


def test_by_a_visitor_of_the_portal(german):
	start_counting_anew()
	agent, _manager = german
	filed = file_as_guest()
	make.edit(filed["reference"], handler=agent)
	guest(api.add_message, reference=filed["reference"], key=filed["key"], text="Any news?")
	assert f"Neue Nachricht zu {filed['reference']}" in told(agent, filed["reference"])


def test_of_danger(german):
	_agent, manager = german
	case = make.make_complaint()
	make.edit(case, safety_implication="Yes")
	assert f"Bedeutung für die Sicherheit: {case.name} braucht Sie sofort" in told(manager, case.name)


def test_a_sentence_is_made_once_for_each_language(german):
	case, made = make.make_complaint(), []
	people = [*german, make.make_user("agent2"), german[0]]
	alerts.tell(case, people, lambda: made.append(frappe.local.lang) or "words")
	assert sorted(made) == ["de", "en"]
	assert [told(user, case.name).count("words") for user in people[:3]] == [1, 1, 1]

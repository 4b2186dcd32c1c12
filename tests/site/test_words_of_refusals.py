"""What a refusal says fits who reads it."""

from __future__ import annotations

import frappe
import pytest

from tests.site.factories import act, advance, as_user, edit, make_complaint, make_user


@pytest.mark.parametrize(
	("user", "says"),
	[("agent", "ask a Complaint Manager to reopen it"), ("manager", "changed: reopen it first")],
)
def test_a_manager_is_not_sent_to_a_manager(user, says):
	case = advance(make_complaint(handler=make_user("agent")), "Response Sent")
	act(case, "Record Acceptance", words="Thank you.")
	case = act(case, "Close")
	with pytest.raises(frappe.ValidationError, match=says):
		as_user(make_user(user), lambda: edit(case, customer_reference="typed too late"))

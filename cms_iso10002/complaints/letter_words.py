"""Headings and sentences of printed letters, in the language that is being spoken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frappe import _


def words(context: Mapping[str, Any]) -> dict[str, str]:
	"""Headings and sentences of the printed letters: print formats have no variants per language."""
	received = _("Thank you for telling us. Your complaint reached us on {0}.")
	if context["how_received"]:
		received = _("Thank you for telling us. Your complaint reached us on {0}, {1}.")
	return {
		"your_complaint": _("Your complaint"),
		"our_reference": _("Our reference"),
		"your_reference": _("Your reference"),
		"date": _("Date"),
		"received_on": _("Received on"),
		"received": received.format(context["received_on"], context["how_received"]),
		"recorded_as": _(
			"We have recorded it under the reference {0}. Please give it whenever you contact us."
		).format(context["reference"]),
		"on_behalf_of": _("We write to you as the representative of {0}.").format(context["on_behalf_of"]),
		"authority_needed": _(
			"You told us that you act for somebody else. Before we can say more about the matter, we need "
			"to see that you may: please send us an authority signed by the person you represent."
		),
		"what_you_told_us": _("What you told us"),
		"you_would_like": _("What you would like"),
		"correct_it": _("Is anything wrong or missing? Please tell us."),
		"what_happens_next": _("What happens next"),
		"step": _("Step"),
		"by_when": _("By"),
		"who_to_ask": _("Who to ask"),
		"phone": _("Phone"),
		"email": _("E-mail"),
		"page": _("Page"),
		"reminder": _("We wrote to you about this before, and have no answer from you yet."),
		"free": _("Complaining to us costs you nothing and brings you no disadvantage."),
		"outside": _outside(context["recourse"]["body"]),
		"no_email": _("Answering without e-mail"),
		"code": _code(context),
		"follow": _("You can also see how it stands, write to us and answer on our website:"),
		"not_sent": _("Preview: this letter has not been sent"),
	}


def _code(context: Mapping[str, Any]) -> str:
	"""What the code of a letter on paper is good for, and where."""
	if not context["tracking_url"]:
		return _(
			"Your code for this letter is {0}. With it and the reference you can answer on our website, "
			"or have somebody do so for you."
		).format(context["action_code"])
	return _(
		"Your code for this letter is {0}. With it and the reference you can answer on our website, {1}, "
		"or have somebody do so for you."
	).format(context["action_code"], context["tracking_url"])


def _outside(body: Mapping[str, str]) -> str:
	if body["within"]:
		return _("If our final answer does not satisfy you, you can turn to {0} {1}.").format(
			body["name"], body["within"]
		)
	return _("If our final answer does not satisfy you, you can turn to {0}.").format(body["name"])

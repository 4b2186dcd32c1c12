"""What the portal calls things: states and events in the words of those who complain."""

from __future__ import annotations

from cms_iso10002.core.refusal import N_

STATES = {
	"Received": (N_("Received"), N_("Your complaint is with us. We will confirm it and look at it.")),
	"Acknowledged": (N_("Confirmed"), N_("We have confirmed your complaint and look at what it needs.")),
	"Assessed": (N_("In work"), N_("We know what it needs and start to look into it.")),
	"Under Investigation": (N_("Being looked into"), N_("We are finding out what happened.")),
	"Decided": (N_("Answer being written"), N_("We have reached a decision and are preparing our answer.")),
	"Response Sent": (N_("Answered"), N_("You have our answer. Tell us whether you accept it.")),
	"Accepted": (N_("Accepted"), N_("You accepted our answer. We carry out what was agreed.")),
	"Rejected": (
		N_("Not accepted"),
		N_("You did not accept our answer. You can ask for a review by somebody who had no part in it."),
	),
	"Under Review": (N_("Being reviewed"), N_("Somebody who had no part in the decision looks at it again.")),
	"Awaiting Complainant": (
		N_("Waiting for you"),
		N_("We have a question. We go on once we have your answer."),
	),
	"Closed": (N_("Closed"), N_("Your complaint is closed.")),
	"Out of Scope": (
		N_("Not one for us"),
		N_("We can't deal with this. Our letter says where you can turn."),
	),
	"Duplicate": (N_("Joined with another"), N_("We handle this together with your other complaint.")),
	"Withdrawn": (N_("Withdrawn"), N_("You withdrew your complaint.")),
}
"""Each state of the lifecycle: its name for the public, and what it means."""

IN_PART = (
	N_("Accepted in part"),
	N_(
		"You accepted our answer in part. You can ask for a review of the rest by somebody who had no part in it."
	),
)
FINAL = {
	"Rejected": N_("You did not accept our final answer."),
	"Partly Accepted": N_("You accepted our final answer in part."),
}
"""What a rejection means, where no review is left to ask for."""

EVENTS = {
	"received": N_("We received your complaint."),
	"acknowledged": N_("We confirmed your complaint."),
	"update_sent": N_("We wrote to you how far we have got."),
	"holding_response_sent": N_("We wrote to you that it takes longer."),
	"extension": N_("It takes longer than we promised; we wrote to you why."),
	"question_sent": N_("We asked you a question."),
	"resumed": N_("We have your answer, and go on."),
	"resumed without": N_("We went on without an answer."),
	"message_received": N_("You wrote to us."),
	"files_received": N_("You sent us files."),
	"response_sent": N_("We sent you our answer."),
	"letter_sent": N_("We wrote to you."),
	"accepted": N_("You accepted our answer."),
	"rejected": N_("You did not accept our answer."),
	"rejected in part": N_("You accepted our answer in part."),
	"review_requested": N_("You asked for a review."),
	"resolved_early": N_("It was put right at once."),
	"redress_implemented": N_("What was agreed was carried out."),
	"closed": N_("Your complaint was closed."),
	"out_of_scope": N_("We told you that we can't deal with this."),
	"duplicate": N_("It was joined with your other complaint."),
	"withdrawn": N_("You withdrew your complaint."),
	"reopened": N_("We opened your complaint again."),
}
"""Public events that are shown, and nothing else is."""

ARRIVALS = {
	"Under Investigation": N_("We began to look into it."),
	"Decided": N_("We reached a decision."),
	"Under Review": N_("The review began."),
}
"""Changes of state that no other event tells of."""

ANSWERS = {
	"Accepted": N_("You accepted our answer."),
	"Partly Accepted": N_("You accepted our answer in part."),
	"Rejected": N_("You did not accept our answer."),
}
"""What they answered to a decision."""

REMEDIES = {
	"Refund": N_("My money back"),
	"Price Reduction": N_("A lower price"),
	"Compensation": N_("Compensation for my loss"),
	"Financial Assistance": N_("Help with the costs"),
	"Replacement": N_("The same again, without the fault"),
	"Substitute": N_("Something else instead"),
	"Repair or Rework": N_("Repair it, or do it again"),
	"Technical Assistance": N_("Help to set it up or use it"),
	"Cancellation": N_("Cancel it"),
	"Other Assistance": N_("Other help"),
	"Information": N_("An explanation"),
	"Referral": N_("Tell me who can help"),
	"Apology": N_("An apology"),
	"Goodwill Gift": N_("A gesture of goodwill"),
	"Notice of Change": N_("Change it, so that it happens to nobody else"),
}
"""The remedies we ship (named as ISO 10002 does), in the words of who asks for them."""

OUTCOMES = {
	"Upheld": N_("justified"),
	"Partly Upheld": N_("justified in part"),
	"Not Upheld": N_("not justified"),
}

ACTIONS = {
	"add_message": N_("Write to us"),
	"answer": N_("Answer our question"),
	"accept": N_("Accept our answer"),
	"reject": N_("Do not accept our answer"),
	"request_review": N_("Ask for a review"),
	"withdraw": N_("Withdraw the complaint"),
	"give_feedback": N_("Rate how we handled it"),
}
"""What can be done in the portal, in the order it is offered."""

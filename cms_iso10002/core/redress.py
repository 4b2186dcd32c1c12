"""What becomes of a row of redress: its steps, who may take them, and what an ERPNext document does to it.

    Proposed → Approved → Offered → Accepted → Implemented → Verified
                                  ↘ Declined            (or Cancelled, from any of the first four)

*Offer* hangs on the complainant's answer to the decision. *Interim* (from Received on, until there is an answer) and
*Goodwill* hang on none: they are carried out as soon as they are granted.

Granting asks for authority (ISO 10002:2018, 5.4): who approves needs a limit of at least the amount by one of their
roles, together with what they granted in this complaint before, and is no person concerned. A step beyond *Proposed* grants by itself where the actor's own limit is enough.

Every way to a state leads through here: buttons, a form or REST that writes a changed state (`infer` says which step is
meant), and documents that were submitted or cancelled. What stands beside the state (who approved, when it was done) is
written by the step alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from cms_iso10002.core import authority
from cms_iso10002.core.case import Actor, Case, day_of
from cms_iso10002.core.refusal import N_, Money, Refusal
from cms_iso10002.core.states import CLOSED_STATES

PROPOSED, APPROVED, OFFERED, ACCEPTED = "Proposed", "Approved", "Offered", "Accepted"
DECLINED, IMPLEMENTED, VERIFIED, CANCELLED = "Declined", "Implemented", "Verified", "Cancelled"
STATES = (PROPOSED, APPROVED, OFFERED, ACCEPTED, DECLINED, IMPLEMENTED, VERIFIED, CANCELLED)

UNBOUND = (PROPOSED, APPROVED)
"""States of redress that was not offered yet: its terms may still change."""
DONE = (IMPLEMENTED, VERIFIED)
UNCONDITIONAL = ("Interim", "Goodwill")
ROLES = ("Complaint Agent", "Complaint Investigator", "Complaint Manager")
"""Those who may take steps; how much each may grant is said by the limits of the remedy."""
TERMS = ("remedy", "basis", "amount", "currency")
OWNED = (
	"approved_by",
	"approved_on",
	"implemented_by",
	"verified_by",
	"verified_on",
	"cost",
	"document_type",
	"document_name",
	"approval_task",
)
"""What only a step, a document or the asking for approval writes."""
OPEN, SETTLED = "open", "settled"
"""How far the document of a row is (`document_state`, which the shell adds to the row): a draft, or submitted."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
	"""One arrow. `target` "" means the state in which what was done is owed again (`owed`)."""

	name: str
	sources: tuple[str, ...]
	target: str
	why_from: tuple[str, ...] = ()
	"""States from which the step needs a reason."""


STEPS: tuple[Step, ...] = (
	Step(N_("Approve"), (PROPOSED,), APPROVED),
	Step(N_("Offer"), (PROPOSED, APPROVED), OFFERED),
	Step(N_("Agree"), (PROPOSED, APPROVED, OFFERED), ACCEPTED),
	Step(N_("Decline"), (OFFERED, ACCEPTED), DECLINED, (ACCEPTED,)),
	Step(N_("Carry Out"), (PROPOSED, APPROVED, OFFERED, ACCEPTED), IMPLEMENTED),
	Step(N_("Verify"), (IMPLEMENTED,), VERIFIED),
	Step(N_("Undo"), (IMPLEMENTED, VERIFIED), "", (IMPLEMENTED, VERIFIED)),
	Step(N_("Cancel"), (PROPOSED, APPROVED, OFFERED, ACCEPTED), CANCELLED, (OFFERED, ACCEPTED)),
)
ANSWERED = ("Response Sent", "Accepted", "Rejected", "Under Review")
"""States of a complaint whose decision the complainant knows: from then on an offer may be answered row by row."""


def find(name: str) -> Step:
	"""The step called `name`. Raises Refusal where there is none."""
	for step in STEPS:
		if step.name == name:
			return step
	raise Refusal(N_("{0} is no step of redress."), name)


def infer(row: Row, target: str) -> str:
	"""The step meant by a state of `row` that was written straight to `target`. Raises Refusal where none leads there."""
	for step in STEPS:
		if state_of(row) in step.sources and (step.target or owed(row)) == target:
			return step.name
	raise Refusal(
		N_("Redress that is {0} can't become {1}: take one step after the other."), state_of(row), target
	)


def state_of(row: Row) -> str:
	return row.get("state") or PROPOSED


def is_unconditional(row: Row) -> bool:
	"""Whether it hangs on no answer of the complainant."""
	return row.get("basis") in UNCONDITIONAL


def owed(row: Row) -> str:
	"""The state in which redress that was granted is owed: agreed, or told where it hangs on no answer."""
	return OFFERED if is_unconditional(row) else ACCEPTED


def possible(case: Case, row: Row, actor: Actor) -> list[Step]:
	"""The steps that `actor` may take with `row` now, in the order they are shown."""
	found = []
	for step in STEPS:
		try:
			check(case, row, step.name, actor, asked=False)
		except Refusal:
			continue
		found.append(step)
	return found


def take(
	case: Case, row: Row, name: str, actor: Actor, data: Mapping[str, Any] | None = None
) -> dict[str, Any]:
	"""The fields of `row` after the step `name` by `actor`; `data` may hold `reason` and `implemented_on`.

	Raises Refusal with one sentence where the step is not possible; then nothing may be stored.
	"""
	data = data or {}
	step = check(case, row, name, actor, str(data.get("reason") or ""))
	fields: dict[str, Any] = {"state": step.target or owed(row)}
	if state_of(row) == PROPOSED and step.target != CANCELLED:
		fields.update(approved_by=actor.user, approved_on=case.now)
	if step.target == IMPLEMENTED:
		fields.update(implemented_on=_done_on(case, data.get("implemented_on")), implemented_by=actor.user)
	if step.target == VERIFIED:
		fields.update(verified_by=actor.user, verified_on=case.now)
	if step.name == "Undo":
		fields.update(NOT_DONE)
	return fields


NOT_DONE: dict[str, Any] = {
	"implemented_on": None,
	"implemented_by": None,
	"verified_by": None,
	"verified_on": None,
	"cost": 0,
}
"""What a row says of its carrying out where there was none."""


def check(case: Case, row: Row, name: str, actor: Actor, reason: str = "", asked: bool = True) -> Step:
	"""The step called `name`, if `actor` may take it. Before a dialog (`asked` False) its reason is not missing yet."""
	step = find(name)
	if case.status in CLOSED_STATES:
		raise Refusal(N_("The complaint is {0}: reopen it before its redress is changed."), case.status)
	if state_of(row) not in step.sources:
		raise Refusal(N_("{0} is not possible for redress that is {1}."), name, state_of(row))
	if not set(ROLES) & actor.roles:
		raise Refusal(N_("{0} needs the role {1}."), name, ROLES[0])
	if actor.user in case.concerned:
		raise Refusal(
			N_("{0} is concerned by this complaint and can't grant or judge its redress."), actor.user
		)
	_check_document(row, step)
	_check_way(case, row, step, actor)
	if asked and state_of(row) in step.why_from and not reason.strip():
		raise Refusal(N_("Say why: {0} of redress that is {1} needs a reason."), name, state_of(row))
	return step


def _check_document(row: Row, step: Step) -> None:
	"""What stands in the books is changed there first."""
	state = row.get("document_state")
	if state == OPEN and step.target in (DECLINED, IMPLEMENTED, CANCELLED):
		raise Refusal(
			N_("{0} {1} was made for it and is still open: submit, close or delete that first."),
			row.get("document_type"),
			row.get("document_name"),
		)
	if state == SETTLED and step.target in ("", DECLINED, CANCELLED):
		raise Refusal(
			N_("{0} {1} stands in the books: cancel that, and the redress is owed again."),
			row.get("document_type"),
			row.get("document_name"),
		)


def _check_way(case: Case, row: Row, step: Step, actor: Actor) -> None:
	"""What each step needs beside its state."""
	unconditional = is_unconditional(row)
	if step.target == OFFERED and not unconditional and case.status not in ANSWERED:
		raise Refusal(
			N_("An offer is made by sending the response: what is given before is Interim or Goodwill.")
		)
	if step.target == ACCEPTED and not unconditional and case.status not in ANSWERED:
		raise Refusal(N_("An offer is agreed after the response was sent."))
	if step.target == IMPLEMENTED and not unconditional and state_of(row) != ACCEPTED:
		raise Refusal(N_("An offer is carried out once it was agreed."))
	if step.target == VERIFIED and row.get("implemented_by") == actor.user:
		raise Refusal(N_("You carried this out: let somebody else verify it."))
	if state_of(row) == PROPOSED and step.target != CANCELLED and (why := not_granted(case, row, actor)):
		raise why


# authority -----------------------------------------------------------------------------------------------


def not_granted(case: Case, row: Row, actor: Actor, ahead: Sequence[Row] = ()) -> Refusal | None:
	"""Why `actor` may not grant `row`; None where they may. `ahead` are rows that they are about to grant before it."""
	limits = _limits(case, row)
	if not limits:
		return None
	if not row.get("amount") and case.needs_amount(row):
		return Refusal(
			N_("{0} has authority limits: enter the amount before it is approved."), row.get("remedy")
		)
	beside = [_sum(one) for one in (*_granted_by(case, row, actor), *ahead)]
	if authority.within(*_sum(row), actor.roles, limits, beside, case.rates):
		return None
	return _too_much(case, row, actor)


def _too_much(case: Case, row: Row, actor: Actor) -> Refusal:
	"""What stands against granting `row`, and what to do about it."""
	limits, currency = _limits(case, row), row.get("currency")
	money = Money(row.get("amount"), currency)
	if not authority.comparable(currency, limits, case.rates):
		known = next(limit["currency"] for limit in limits if limit.get("currency"))
		return Refusal(
			N_(
				"{0} has no authority limit in {1}, and no exchange rate from {1} to {2} is known: enter the rate as Currency Exchange, or a limit in {1}."
			),
			row.get("remedy"),
			currency,
			known,
		)
	if not granting_roles(case, row):
		return Refusal(
			N_("{0} of {1} is more than any role may grant: lower it, or have a limit of {0} raised."),
			row.get("remedy"),
			money,
		)
	if authority.within(*_sum(row), actor.roles, limits, (), case.rates):
		return Refusal(
			N_(
				"{0} of {1}, together with what you grant in this complaint already, is more than your roles may grant: let somebody with more authority approve it."
			),
			row.get("remedy"),
			money,
		)
	return Refusal(
		N_("{0} of {1} is more than your roles may grant: let somebody with more authority approve it."),
		row.get("remedy"),
		money,
	)


def _limits(case: Case, row: Row) -> Sequence[Row]:
	return case.limits.get(row.get("remedy") or "", ())


def _sum(row: Row) -> tuple[Any, str | None]:
	return row.get("amount"), row.get("currency")


def _granted_by(case: Case, row: Row, actor: Actor) -> list[Row]:
	"""The other rows of the complaint that `actor` has granted, of remedies that have limits."""
	return [
		one
		for one in case.rows("redress")
		if one.get("name") != row.get("name")
		and one.get("approved_by") == actor.user
		and state_of(one) in authority.GRANTED
		and _limits(case, one)
	]


def held_up(case: Case, actor: Actor) -> Iterator[tuple[int, Row, Refusal]]:
	"""The proposals that `actor` can't grant by going on with all of them, in their order: number, row and why."""
	ahead: list[Row] = []
	for number, row in enumerate(case.rows("redress"), 1):
		if state_of(row) != PROPOSED or not _limits(case, row):
			continue
		if why := not_granted(case, row, actor, ahead):
			yield number, row, why
		else:
			ahead.append(row)


def awaits_approval(case: Case, row: Row, actor: Actor) -> bool:
	"""Whether `row` is complete and waits for somebody with more authority than `actor` has."""
	if not row.get("amount") and case.needs_amount(row):
		return False
	return any(one.get("name") == row.get("name") for _number, one, _why in held_up(case, actor))


def granting_roles(case: Case, row: Row) -> list[str]:
	"""The roles of which each is enough to grant `row`, in the order of the limits."""
	limits = _limits(case, row)
	roles = dict.fromkeys(limit["role"] for limit in limits)
	return [role for role in roles if authority.within(*_sum(row), (role,), limits, rates=case.rates)]


def asks_anew(was: Row | None, row: Row) -> bool:
	"""Whether what `row` proposes is another thing than it was: new, of other terms, or proposed once more."""
	return not was or state_of(was) != PROPOSED or terms(was) != terms(row)


def ungranted(case: Case, actor: Actor) -> list[list[Any]]:
	"""Rows that `actor` can't grant by going on, as phrases of what is still missing."""
	return [
		[N_("approval of redress row {0} by somebody with enough authority"), number]
		for number, _row, _why in held_up(case, actor)
	]


def granted(case: Case, row: Row, actor: Actor) -> dict[str, Any]:
	"""The fields that say who granted `row` where an action of the complaint takes it past *Proposed*."""
	return {"approved_by": actor.user, "approved_on": case.now} if state_of(row) == PROPOSED else {}


def _done_on(case: Case, value: Any) -> date:
	"""The day on which it was carried out: today unless told, never in the future or before the receipt."""
	day = day_of(value) or case.today
	received = day_of(case.get("received_on"))
	if day > case.today or (received and day < received):
		raise Refusal(
			N_("Redress is carried out between the receipt of the complaint and today: check the date.")
		)
	return day


# edits ---------------------------------------------------------------------------------------------------


def edits(
	before: Iterable[Row], after: Iterable[Row], case: Case, actor: Actor, reason: str
) -> list[dict[str, Any]]:
	"""What follows from an edit of the table, as the fields to set on each row of `after`, in order.

	A changed state is a step that somebody takes. A row that is new starts as *Proposed*, whatever it says. A row that
	was approved and then changed waits for approval again, also where the same edit takes the next step.
	"""
	old = {row.get("name"): row for row in before}
	after = list(after)
	_check_removed(old, after)
	found: list[dict[str, Any]] = []
	for row in after:
		# each step is judged on what the steps before it in the same edit have granted
		case = replace(case, doc={**case.doc, "redress": _so_far(old, after, found)})
		_check_row(case, row)
		was = old.get(row.get("name"), {"state": PROPOSED})
		_check_terms(was, row)
		altered = state_of(was) == APPROVED and terms(was) != terms(row)
		standing = {**row, "state": PROPOSED if altered else state_of(was)}
		if state_of(row) != state_of(was):
			data = {"reason": reason, "implemented_on": row.get("implemented_on")}
			found.append(take(case, standing, infer(standing, state_of(row)), actor, data))
		elif altered:
			found.append({"state": PROPOSED, "approved_by": None, "approved_on": None})
		else:
			found.append({"implemented_on": was.get("implemented_on")})
	return found


def _so_far(old: Mapping[Any, Row], after: Sequence[Row], found: Sequence[Row]) -> list[dict[str, Any]]:
	"""The rows as they stand after the first steps of an edit."""
	rows = []
	for number, row in enumerate(after):
		stands = {"state": state_of(old.get(row.get("name"), {"state": PROPOSED}))}
		rows.append({**row, **(found[number] if number < len(found) else stands)})
		rows[-1].setdefault("state", stands["state"])
	return rows


def _check_removed(old: Mapping[Any, Row], after: list[Row]) -> None:
	left = {row.get("name") for row in after}
	for name, row in old.items():
		if name not in left and row.get("document_name"):
			raise Refusal(
				N_("{0} {1} was made for a row of redress: it can't be removed."),
				row.get("document_type"),
				row.get("document_name"),
			)


def _check_terms(was: Row, row: Row) -> None:
	if was.get("document_name") and terms(was) != terms(row):
		raise Refusal(
			N_("{0} {1} was made for it: delete or cancel that before its terms are changed."),
			was.get("document_type"),
			was.get("document_name"),
		)


def _check_row(case: Case, row: Row) -> None:
	check_amount(row)
	if (row.get("aspect") or 0) > len(case.rows("aspects")) or (row.get("aspect") or 0) < 0:
		raise Refusal(N_("There is no aspect {0}: enter the number of a row of the aspects."), row["aspect"])


def check_amount(row: Row) -> None:
	"""Refuse an amount that nobody grants. Raises Refusal."""
	amount = Decimal(str(row.get("amount") or 0))
	if not amount.is_finite() or amount > MOST:
		raise Refusal(N_("An amount of redress can't be more than {0}: check it."), f"{MOST:,}")
	if amount < 0:
		raise Refusal(N_("An amount of redress can't be negative."))


MOST = 10**11
"""More than this, ten times in a complaint, finds no room in the database."""


def terms(row: Row) -> tuple[Any, ...]:
	"""What was offered, comparable whatever door it came through."""
	return tuple(
		Decimal(str(row.get(name) or 0)) if name == "amount" else row.get(name) or None for name in TERMS
	)


# documents -----------------------------------------------------------------------------------------------


def may_have_document(case: Case, row: Row) -> None:
	"""Refuse a document for redress that was not granted, or has one. Raises Refusal."""
	if row.get("document_name"):
		raise Refusal(
			N_("This redress has {0} {1} already: delete or cancel that first."),
			row.get("document_type"),
			row.get("document_name"),
		)
	if case.status in CLOSED_STATES:
		raise Refusal(N_("The complaint is {0}: reopen it before its redress is changed."), case.status)
	states = (APPROVED, OFFERED, ACCEPTED) if is_unconditional(row) else (ACCEPTED,)
	if state_of(row) not in states:
		raise Refusal(
			N_("Redress that is {0} has no document yet: it is made once the redress was {1}."),
			state_of(row),
			states[0],
		)


def document_done(row: Row, on: date, by: str, cost: Any) -> dict[str, Any]:
	"""The fields of a row whose document was submitted or fulfilled; {} where the row is past that."""
	if state_of(row) in (DECLINED, CANCELLED, VERIFIED):
		return {}
	return {"state": IMPLEMENTED, "implemented_on": on, "implemented_by": by, "cost": cost}


def document_undone(row: Row) -> dict[str, Any]:
	"""The fields of a row whose document was cancelled: what was done by it is owed again."""
	return {"state": owed(row), **NOT_DONE} if state_of(row) in DONE else {}


def roll_up(rows: Iterable[Row]) -> Decimal:
	"""What the redress cost that was carried out, in the company's currency."""
	return sum((Decimal(str(row.get("cost") or 0)) for row in rows if state_of(row) in DONE), Decimal(0))

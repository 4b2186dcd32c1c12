"""The people, goods and words of the demo. All invented; the addresses are of domains nobody can own.

The stories themselves lie in demo_stories.txt.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "complaints-demo"


@dataclass(frozen=True)
class Login:
	"""A user of the demo; `key` is how the lives call them."""

	key: str
	email: str
	name: str
	roles: tuple[str, ...]
	language: str = "en"


DESK = ("Support Team", "Sales User")
"""Roles of ERPNext, so that customers and issues can be opened from a complaint."""

LOGINS = (
	Login("agent", "agent@example.com", "Mara Lindqvist", ("Complaint Agent", *DESK)),
	Login("agent2", "agent2@example.com", "Tobias Renner", ("Complaint Agent", *DESK)),
	Login("investigator", "investigator@example.com", "Ines Carvalho", ("Complaint Investigator", *DESK)),
	Login("investigator2", "investigator2@example.com", "Padraig Nolan", ("Complaint Investigator", *DESK)),
	Login("manager", "manager@example.com", "Hedda Moreau", ("Complaint Manager", *DESK)),
	Login("deputy", "deputy@example.com", "Samuel Adeyemi", ("Complaint Manager", *DESK)),
	Login("auditor", "auditor@example.com", "Katrin Falkenau", ("Complaint Auditor",)),
	Login("customer", "customer@example.com", "Lena Brandt", ("Customer",)),
)


@dataclass(frozen=True)
class Person:
	"""Who complains: `customer` is the ERPNext customer they belong to, "" for the public."""

	name: str
	email: str = ""
	phone: str = ""
	address: str = ""
	customer: str = ""
	language: str = "en"


COMPANIES = (
	("Brandt & Söhne Tischlerei GmbH", "Lena Brandt", "customer@example.com", "+49 341 555 0101", "de"),
	("Liffey Street Café", "Aoife Byrne", "aoife@liffeycafe.example", "+353 1 555 0102", "en"),
	("Ateliers Vandevelde", "Joris Vandevelde", "joris@vandevelde.example", "+32 9 555 0103", "en"),
	("Oakfield Primary School", "Margaret Pryce", "office@oakfield.example", "+353 21 555 0104", "en"),
	(
		"Kanzlei Dr. Weiß und Partner",
		"Dr. Henriette Weiß",
		"empfang@kanzlei-weiss.example",
		"+49 341 555 0105",
		"de",
	),
	("Harbour View Guesthouse", "Declan Fahy", "hello@harbourview.example", "+353 21 555 0106", "en"),
	("Studio Noord", "Femke de Wit", "femke@studionoord.example", "+31 20 555 0107", "en"),
	("Seniorenheim Am Auwald", "Rolf Petersen", "verwaltung@auwald.example", "+49 341 555 0108", "de"),
)
HOUSEHOLDS = (
	("Niamh Gallagher", "niamh.gallagher@example.net", "+353 87 555 0120", "14 Cooper's Row, Cork", "en"),
	("Jonas Albrecht", "jonas.albrecht@example.net", "+49 170 555 0121", "Kantstraße 9, 04275 Leipzig", "de"),
	("Priya Raman", "priya.raman@example.net", "+353 86 555 0122", "3 Mill Lane, Dublin 8", "en"),
	("Marieke Claes", "marieke.claes@example.net", "+32 478 555 0123", "Veldstraat 41, 9000 Gent", "en"),
	("Oluwaseun Bello", "o.bello@example.net", "+353 85 555 0124", "27 Orchard Close, Cork", "en"),
	(
		"Sabine Hofmann",
		"sabine.hofmann@example.net",
		"+49 151 555 0125",
		"Lindenallee 3, 04103 Leipzig",
		"de",
	),
)
PUBLIC = (
	("Terence O'Dwyer", "t.odwyer@example.org", "+353 83 555 0130", "", "en"),
	("Yusuf Demir", "yusuf.demir@example.org", "", "", "en"),
	("Clara Bernstein", "", "+49 176 555 0132", "Holzhäuser Str. 60, 04299 Leipzig", "de"),
	("Agnieszka Nowak", "agnieszka.nowak@example.org", "+353 89 555 0133", "", "en"),
	("Walter Seidel", "", "", "Dorfstraße 2, 04849 Bad Düben", "de"),
	("Ruth Mensah", "ruth.mensah@example.org", "+32 470 555 0135", "", "en"),
	("Piet Janssens", "piet.janssens@example.org", "", "", "en"),
	("Fiona Kearney", "", "+353 87 555 0137", "", "en"),
	("Dmitri Volkov", "d.volkov@example.org", "+49 157 555 0138", "", "en"),
	("Gisela Thoma", "gisela.thoma@example.org", "", "Am Bach 7, 04668 Grimma", "de"),
)

ITEMS = {
	"KET-17": "Kettle 1.7 l",
	"TOA-2": "Toaster, Two Slots",
	"COF-900": "Coffee Machine Barista 900",
	"VAC-12": "Vacuum Cleaner Whisper 12",
	"WAS-8": "Washing Machine 8 kg",
	"FRI-300": "Fridge-Freezer 300 l",
	"LAM-ARC": "Desk Lamp Arc",
	"CHA-OFF": "Office Chair Ergo",
	"SHE-5": "Bookshelf Five",
	"BED-160": "Bed Frame 160",
	"GAT-90": "Stair Gate 90",
	"BIK-CITY": "City Bike",
	"BLE-700": "Blender 700",
	"HEA-20": "Fan Heater 2000 W",
	"CARE": "Care Plan, Five Years",
	"GIFT": "Gift Card",
}
PRICES = {
	"KET-17": 35,
	"TOA-2": 40,
	"LAM-ARC": 60,
	"GAT-90": 55,
	"BLE-700": 90,
	"HEA-20": 45,
	"GIFT": 50,
	"CARE": 89,
}
"""What is not here costs some hundreds."""


def price(item: str) -> int:
	"""What an item costs."""
	return PRICES.get(item) or 200 + sum(map(ord, item)) % 40 * 10


CAUSES = {
	"delivery": "Carrier or Delivery Partner",
	"defective": "Manufacture or Workmanship",
	"guarantee": "Rule Unclear or Out of Date",
	"refusal": "Lack of Training or Knowledge",
	"selling": "Description or Instructions Wrong",
	"price": "Record or Data Wrong",
	"contract": "System Fault",
	"compensation": "Responsibility or Authority Unclear",
	"credit": "Contract or Terms Hard to Understand",
	"commitment": "Handover Between Departments",
	"complaint_handling": "Customer Not Kept Informed",
	"other": "Conduct or Attitude",
}
"""The root cause that is found in each group of stories."""

ACTIONS = {
	"delivery": "Agree fixed delivery windows with the carrier, and penalties",
	"defective": "Test every tenth unit before it is packed",
	"guarantee": "Rewrite the guarantee rules on one page, with examples",
	"refusal": "Train the shops in what may not be refused",
	"selling": "Check product pages against the data sheets each month",
	"price": "Load prices once a day from one source",
	"contract": "Correct the mask that dropped the chosen term",
	"compensation": "Give the front desk an amount it may pay without asking",
	"credit": "Send the terms of credit in plain words before signing",
	"commitment": "Hand promises over in writing, with a name and a day",
	"complaint_handling": "Remind handlers of updates that come due",
	"other": "Repeat the rules of conduct with every team",
}
"""What is done about it."""

MONEY = ("Refund", "Compensation", "Price Reduction")


@dataclass(frozen=True)
class Story:
	"""What somebody complains about."""

	group: str
	item: str
	category: str
	remedy: str
	subject: str
	text: str
	language: str = "en"


def stories() -> dict[str, list[Story]]:
	"""The stories of demo_stories.txt, by group."""
	text = (Path(__file__).parent / "demo_stories.txt").read_text(encoding="utf-8")
	lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
	found: dict[str, list[Story]] = defaultdict(list)
	group, head = "", ""
	for line in lines:
		if line.startswith("["):
			group = line.strip("[]")
		elif not head:
			head = line
		else:
			item, category, remedy, *language, subject = (part.strip() for part in head.split(";"))
			found[group].append(Story(group, item, category, remedy, subject, line, *language))
			head = ""
	return dict(found)


# What was found out, and what the complainant is told: by outcome, {item} being the thing concerned.
FINDINGS = {
	"delivery": "The tracking data, the driver's list and the calls on record were compared. The parcel left the depot in time and was then set down at the wrong stop.",
	"defective": "The item was examined in our workshop. The fault is one of manufacture; other pieces of the same batch were checked and two show it as well.",
	"guarantee": "The repair file was read again and the photographs looked at by a second technician. The reason given for the refusal is not supported by either.",
	"refusal": "The people on duty were heard, and the notice in the shop was compared with the rule in force. Staff knew the rule only in part.",
	"selling": "The page as it stood on the day of the order, the label and the receipt were compared. The statement was wrong for eleven days.",
	"price": "Invoice, order confirmation and the entries on the account were compared line by line.",
	"contract": "The letter of cancellation and the entries in the contract system were compared by date.",
	"compensation": "The receipts sent in were added up, and the first assessment was made again by somebody else.",
	"credit": "The contract, the offer shown on the website that day and the bank's protocol were compared.",
	"commitment": "The promise is on record, with name and time. No task was made from it, so nobody was reminded.",
	"complaint_handling": "The history of the earlier complaint was read from its first day. Two hand-overs happened without a named owner.",
	"other": "The people concerned were heard, and the matter was compared with our own rules.",
}
REASONS = {
	"Upheld": (
		"You are right, and we are sorry. It went wrong on our side, as described above, and we put it right as offered.",
		"Your complaint is justified. The mistake was ours; nothing you did contributed to it.",
		"What you describe is confirmed by our own records. We should have noticed it before you had to tell us.",
	),
	"Partly Upheld": (
		"You are right about the main point. For the rest our records show that we kept what was agreed; they are enclosed.",
		"The delay was ours and we answer for it. The condition you name was agreed in writing, so that part stays as it is.",
	),
	"Not Upheld": (
		"We looked at it carefully and can't confirm it: the records enclosed show that what was agreed was done. We explain below where you can turn if you see it differently.",
		"We understand that this was annoying. Still, the rule was known beforehand and was applied as to everybody else.",
	),
}
REVIEWED = {
	"Upheld": "Looked at afresh, your objection is right: the first answer passed over the photographs. We correct it.",
	"Partly Upheld": "Looked at afresh, one of your two objections is right, and we improve our offer accordingly.",
	"Not Upheld": "The case was looked at afresh by somebody who had no part in it. The first answer stands, for the reasons enclosed.",
}
EARLY = (
	"Replaced at the counter within minutes.",
	"The amount was booked back while the customer was on the phone.",
	"The missing part was handed over on the spot.",
	"We apologised, and the shop manager walked the customer through.",
	"The correct invoice was sent during the call.",
)
THANKS = (
	"Thank you, that is fine.",
	"That settles it for me.",
	"All right. I appreciate the honest answer.",
	"Good, please go ahead.",
	"Took a while, but I am content with that.",
)
REFUSALS = (
	"No. I want my money, not an explanation.",
	"That does not answer what I asked.",
	"I don't agree, and I want somebody else to look at it.",
	"The offer is an insult.",
)
PARTLY = ("The repair yes, but the amount is too low.", "The apology I accept, the rest I don't.")
WITHDRAWALS = (
	"It arrived this morning, please forget the whole thing.",
	"I have no time for this any more. Leave it.",
	"My neighbour repaired it. Withdrawn.",
)
QUESTIONS = (
	"Could you send us a photograph of the label on the back?",
	"On which day did you speak to our shop, and do you remember the name?",
	"Please send us the number of the order; we find two under your name.",
)
ANSWERS = (
	"Here is the photograph.",
	"It was the Tuesday before Easter, a tall man.",
	"It is the second of the two.",
)
UPDATES = (
	"We have the workshop's report and are waiting for the supplier's statement. You will hear from us within ten working days.",
	"Your complaint is being investigated. We have asked the carrier for its records and expect them this week.",
)
EMPLOYMENT = (
	"My overtime of March has not been paid",
	"I have worked in the Cork warehouse for six years. My overtime of March is missing on the pay slip and the manager does not answer.",
)
OUT_OF_SCOPE = (
	"Your neighbour's fence stands on my land",
	"The fence of the company next to your shop stands on my property. Please have it moved, or give me the owner's name.",
	"The fence belongs to another company and was not put up for us: please turn to its owner. We told you the name in our letter.",
)
SHOCK = (
	"HEA-20",
	"Fan heater gave me an electric shock",
	"When I switched the heater off, I got an electric shock. My arm hurt for an hour. The housing has a crack that was there when I unpacked it.",
)
GATE = (
	"GAT-90",
	"Stair gate opened under a two-year-old",
	"The gate opened by itself when our son leaned against it. He fell two steps and was lucky. The lock does not catch when the gate is warm from the sun.",
)
BATCH = (
	"COF-900",
	(
		"Boiler of the Barista 900 bursts a seal",
		"Barista 900: hot water from below",
		"Coffee machine leaks from the boiler",
		"Barista 900 flooded our counter",
	),
	"After about three months hot water ran out from under the machine. The seal of the boiler had burst. The label says batch 2207.",
)
PRIVATE = (
	"Technician sent me private messages after the repair",
	"Two days after the repair the technician began to send me private messages. He has my number from your order. I told him to stop and he did not.",
)
ABOUT_HANDLER = (
	"Mr Renner hung up on me",
	"I asked when my complaint would be answered. Mr Renner of your complaints team said that he had no time for this and hung up.",
)


def spread(rng: random.Random, groups: dict[str, list[Story]]) -> list[Story]:
	"""All stories in an order in which defects and deliveries come often, and each story once before any comes again."""
	weights = {
		"delivery": 5,
		"defective": 6,
		"price": 3,
		"guarantee": 3,
		"commitment": 2,
		"complaint_handling": 1,
		"credit": 1,
	}
	left = {group: rng.sample(told, len(told)) for group, told in groups.items()}
	order = []
	while left:
		names = sorted(left)
		group = rng.choices(names, [weights.get(name, 2) for name in names])[0]
		order.append(left[group].pop())
		if not left[group]:
			del left[group]
	return order


BODY = {
	"body_name": "Consumer Arbitration Board (Example)",
	"what_it_does": "It hears consumers' disputes free of charge for them, once we have given our final answer.",
	"address": "Marktplatz 4, 04109 Leipzig",
	"website": "https://arbitration.example.com",
	"email": "office@arbitration.example.com",
	"phone": "+49 341 555 0190",
}
POLICY = """<h2>Our promise</h2>
<p>A complaint is a chance to put something right. Everybody may complain, free of charge, on any way that suits them, and
nobody is treated worse for it.</p>
<h2>What happens</h2>
<ol><li>We confirm within one working day that we have it.</li><li>Somebody who has nothing to do with the matter looks into
it.</li><li>We answer every point, with our reasons, within twenty working days, and tell you if it takes longer.</li><li>Who
does not agree asks for a review by somebody else, or turns to an outside body. We say which.</li></ol>
<h2>Your data</h2>
<p>We use what you tell us to handle your complaint, and for nothing else.</p>"""
"""The demo's complaints policy."""

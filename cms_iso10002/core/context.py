"""How heavy a risk or an opportunity is: likelihood times impact, on scales of five (ISO 10002:2018, 5.1)."""

from __future__ import annotations

LIKELIHOODS = ("Rare", "Unlikely", "Possible", "Likely", "Almost Certain")
IMPACTS = ("Negligible", "Minor", "Moderate", "Major", "Severe")
"""Both from 1 to 5."""

WEIGHED = ("Risk", "Opportunity")
"""Kinds that need a likelihood and an impact; of the others they may be left out."""

LOW, MEDIUM, HIGH = "Low", "Medium", "High"
MEDIUM_FROM, HIGH_FROM = 5, 12


def score(likelihood: str | None, impact: str | None) -> int:
	"""1 to 25; 0 where one of the two is not known."""
	if likelihood not in LIKELIHOODS or impact not in IMPACTS:
		return 0
	return (LIKELIHOODS.index(likelihood) + 1) * (IMPACTS.index(impact) + 1)


def rating(points: int) -> str:
	"""What a score is called; "" for none."""
	if not points:
		return ""
	return HIGH if points >= HIGH_FROM else MEDIUM if points >= MEDIUM_FROM else LOW

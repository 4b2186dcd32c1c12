"""The one place where the site's time and UTC meet.

The site stores naive datetimes in its system time zone, which a clock change makes ambiguous. Events and
milestones keep UTC; people read site time. All conversion happens here (design: UTC inside).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import get_datetime, get_system_timezone

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now_utc() -> datetime:
	"""The present instant, aware. Tests and the demo set `frappe.flags.complaints_now` to another one.

	On a site that allows tests (`allow_tests` in its configuration), `complaints_clock_ahead` sets it ahead by so many
	seconds for all its processes.
	"""
	if frappe.flags.complaints_now:
		return frappe.flags.complaints_now
	ahead = frappe.conf.complaints_clock_ahead if frappe.conf.allow_tests else 0
	return datetime.now(UTC) + timedelta(seconds=int(ahead or 0))


def site_zone() -> ZoneInfo:
	"""The site's time zone (System Settings)."""
	return ZoneInfo(get_system_timezone())


def to_utc(value: datetime | str) -> datetime:
	"""A site datetime as an aware instant; of an hour that happens twice the first is meant."""
	moment = get_datetime(value)
	if moment.tzinfo is None:
		moment = moment.replace(tzinfo=site_zone())
	return moment.astimezone(UTC)


def to_site(instant: datetime | None) -> datetime | None:
	"""An aware instant as the site's naive datetime, in whole seconds; None stays None.

	Fractions are for machines, which have UTC: a form with one in a field thinks that it was changed.
	"""
	return instant.astimezone(site_zone()).replace(tzinfo=None, microsecond=0) if instant else None


def in_zone(instant: datetime, zone: ZoneInfo) -> datetime:
	"""An aware instant as clocks in another zone show it: naive, in whole seconds."""
	return instant.astimezone(zone).replace(tzinfo=None, microsecond=0)


def now_site() -> datetime:
	"""The present as a naive site datetime."""
	return to_site(now_utc())


def latest_site() -> datetime:
	"""The latest site datetime up to now: where clocks were set back within the last hours, not the present one.

	What was to happen at 02:50 must not wait for an hour because clocks now say 02:05 again.
	"""
	now = now_utc()
	return max(to_site(now - timedelta(minutes=minutes)) for minutes in range(0, 181, 5))


def today() -> date:
	"""The present date at the site."""
	return now_site().date()


def to_micros(instant: datetime) -> int:
	"""Microseconds since 1970 in UTC, exactly."""
	return (instant - EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
	"""The aware instant of `to_micros`."""
	return EPOCH + timedelta(microseconds=int(micros))

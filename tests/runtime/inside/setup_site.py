"""Completes a new site's setup, as its first user would: language, time zone, currency, one company.

python -m tests.runtime.inside.setup_site SITE
"""

import sys

import frappe
from frappe.utils import getdate

COMPANY = "Complaints Demo Ltd"
ABBREVIATION = "CDL"
MANAGER = "site.manager@complaints.test"


def main(site: str) -> None:
	frappe.init(site=site)
	frappe.connect()
	frappe.flags.mute_emails = True
	complete_setup()
	make_system_manager()
	frappe.db.commit()
	frappe.destroy()


def complete_setup() -> None:
	from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

	year = getdate().year
	setup_complete(
		{
			"language": "English",
			"country": "Germany",
			"timezone": "Europe/Berlin",
			"currency": "EUR",
			"company_name": COMPANY,
			"company_abbr": ABBREVIATION,
			"chart_of_accounts": "Standard",
			"fy_start_date": f"{year}-01-01",
			"fy_end_date": f"{year}-12-31",
			"enable_telemetry": 0,
		}
	)
	if not frappe.db.exists("Company", COMPANY):
		raise RuntimeError("the setup wizard made no company: its error stands above")
	settings = frappe.get_doc("System Settings")
	settings.update({"setup_complete": 1, "enable_scheduler": 0, "language": "en", "enable_onboarding": 0})
	settings.update({"disable_system_update_notification": 1, "disable_change_log_notification": 1})
	# With seconds: npm's date picker has no slider for them to hide, and a bench's bundles may be built with that.
	settings.time_format = "HH:mm:ss"
	settings.save()
	frappe.db.set_default("desktop:home_page", "workspace")
	assert frappe.defaults.get_global_default("company") == COMPANY


def make_system_manager() -> None:
	"""Somebody who manages the system: where nobody does, Frappe gives the first user that role unasked."""
	user = frappe.new_doc("User")
	user.update({"email": MANAGER, "first_name": "Site", "last_name": "Manager", "send_welcome_email": 0})
	user.append("roles", {"role": "System Manager"})
	user.insert()


if __name__ == "__main__":
	main(sys.argv[1])

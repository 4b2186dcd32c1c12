app_name = "cms_iso10002"
app_title = "Complaints (ISO 10002)"
app_publisher = "The cms_iso10002 authors"
app_description = "Complaints handling for ERPNext, aligned with ISO 10002:2018"
app_email = "maintainers@cms-iso10002.example"
app_license = "GPL-3.0"

# bench reads this line by regex: keep it literal and on one line.
required_apps = ["frappe/erpnext"]

before_install = "cms_iso10002.install.before_install"
after_install = "cms_iso10002.install.after_install"
after_sync = "cms_iso10002.install.after_sync"
after_migrate = "cms_iso10002.install.after_migrate"
setup_wizard_complete = "cms_iso10002.install.after_setup_wizard"
before_app_install = "cms_iso10002.install.before_app_install"
before_uninstall = "cms_iso10002.uninstall.before_uninstall"
after_uninstall = "cms_iso10002.uninstall.after_uninstall"

# The portal's pages are in www/; colleagues of a customer find their complaints in the portal's menu.
# Behind other addresses under /complaint Frappe would look for a record to print, and fail: the same for any.
website_redirects = [
	{"source": "/complaint", "target": "/complaint/new"},
	{
		"source": r"/(?!complaint/(?:new|track|feedback)$)(?i:complaint(?:[ +][^/]*)?)/.+",
		"target": "/complaint/track",
		"redirect_http_status": 302,
	},
]
standard_portal_menu_items = [
	{"title": "Complaints", "route": "/complaints", "reference_doctype": "Complaint", "role": "Customer"},
]

# Who reads confidential cases is put down, by lists too. Nothing of the portal is kept by caches or framed.
before_request = ["cms_iso10002.portal.requests.before"]
after_request = ["cms_iso10002.complaints.access_log.note_list", "cms_iso10002.portal.requests.after"]

# How our scripts ask the server.
app_include_js = ["/assets/cms_iso10002/js/ask.js"]

doctype_js = {
	"Complaint": [
		"public/js/complaint_training.js",
		"public/js/redress.js",
		"public/js/complaint_learning.js",
		"public/js/complaint_desk.js",
	],
	"Customer": ["public/js/customer.js", "public/js/customer_complaints.js"],
	"Issue": "public/js/issue.js",
	"Sales Order": "public/js/complaint_source.js",
	"Delivery Note": "public/js/complaint_source.js",
	"Sales Invoice": "public/js/complaint_source.js",
	"Warranty Claim": "public/js/complaint_source.js",
	"Item": "public/js/complaint_source.js",
	"Serial No": "public/js/complaint_source.js",
	"Communication": "public/js/complaint_source.js",
}

# a form's own method alone would leave Frappe's, by which anybody counts complaints that are kept from them
override_whitelisted_methods = {
	"frappe.desk.notifications.get_open_count": "cms_iso10002.erpnext_bridge.dashboards.get_open_count",
}
override_doctype_dashboards = {
	"Complaint": ["cms_iso10002.erpnext_bridge.dashboards.complaint"],
	"Customer": "cms_iso10002.erpnext_bridge.dashboards.customer",
	"Sales Order": "cms_iso10002.erpnext_bridge.dashboards.sales_order",
	"Delivery Note": "cms_iso10002.erpnext_bridge.dashboards.delivery_note",
	"Sales Invoice": "cms_iso10002.erpnext_bridge.dashboards.sales_invoice",
	"Warranty Claim": "cms_iso10002.erpnext_bridge.dashboards.warranty_claim",
	"Item": "cms_iso10002.erpnext_bridge.dashboards.item",
	"Serial No": "cms_iso10002.erpnext_bridge.dashboards.serial_no",
	"Batch": "cms_iso10002.erpnext_bridge.dashboards.batch",
	"Issue": "cms_iso10002.erpnext_bridge.dashboards.issue",
	"Non Conformance": "cms_iso10002.erpnext_bridge.dashboards.quality_record",
	"Quality Action": "cms_iso10002.erpnext_bridge.dashboards.quality_record",
}

# What becomes of documents that carry out redress.
_CARRIES_OUT_REDRESS = {
	"before_validate": "cms_iso10002.erpnext_bridge.redress_events.keep_links",
	"after_insert": "cms_iso10002.erpnext_bridge.redress_events.after_insert",
	"before_submit": "cms_iso10002.erpnext_bridge.redress_events.before_submit",
	"on_submit": "cms_iso10002.erpnext_bridge.redress_events.on_submit",
	"on_cancel": "cms_iso10002.erpnext_bridge.redress_events.on_cancel",
	"on_trash": "cms_iso10002.erpnext_bridge.redress_events.on_trash",
}

doc_events = {
	"Sales Invoice": _CARRIES_OUT_REDRESS,
	"Sales Order": _CARRIES_OUT_REDRESS,
	"Delivery Note": _CARRIES_OUT_REDRESS,
	"Journal Entry": _CARRIES_OUT_REDRESS,
	"Maintenance Visit": _CARRIES_OUT_REDRESS,
	"Warranty Claim": {
		"before_validate": "cms_iso10002.erpnext_bridge.redress_events.keep_links",
		"on_update": "cms_iso10002.erpnext_bridge.redress_events.on_claim",
		"on_trash": "cms_iso10002.erpnext_bridge.redress_events.on_trash",
	},
	"DocShare": {"validate": "cms_iso10002.complaints.permissions.refuse_concerned_share"},
	"User": {"on_trash": "cms_iso10002.complaints.actors.forget_user"},
	"ToDo": {
		"validate": "cms_iso10002.complaints.permissions.refuse_concerned_assignee",
		"after_insert": [
			"cms_iso10002.complaints.assignment.on_assignment",
			"cms_iso10002.iso_10002.competence.on_assignment",
		],
	},
	"Complaint": {
		"on_update": [
			"cms_iso10002.erpnext_bridge.issue.show_on_issue",
			"cms_iso10002.iso_10002.competence.on_complaint",
			"cms_iso10002.erpnext_bridge.quality_records.on_complaint",
			"cms_iso10002.erpnext_bridge.redress_links.on_complaint",
			"cms_iso10002.complaints.assignment.before_rules",
		],
		"on_change": "cms_iso10002.complaints.assignment.show_handler",
	},
	"Non Conformance": {
		"before_validate": "cms_iso10002.erpnext_bridge.quality_records.keep_links",
		"on_update": "cms_iso10002.erpnext_bridge.quality_records.follow",
	},
	"Quality Action": {
		"before_validate": "cms_iso10002.erpnext_bridge.quality_records.keep_links",
		"on_update": "cms_iso10002.erpnext_bridge.quality_records.follow",
	},
	"Email Account": {"validate": "cms_iso10002.complaints.mail_accounts.keep_out_frappe"},
	"File": {
		"before_insert": [
			"cms_iso10002.complaints.mail_triage.refuse_other_file",
			"cms_iso10002.complaints.safekeeping.refuse_foreign",
		],
		"before_validate": "cms_iso10002.complaints.safekeeping.refuse_change",
	},
	"Holiday List": {"on_update": "cms_iso10002.complaints.recalculation.holidays_edited"},
	"Issue": {"before_insert": "cms_iso10002.erpnext_bridge.issue.forget_complaint"},
	"Kanban Board": {"validate": "cms_iso10002.complaints.board.keep_no_names"},
	"Communication": {
		"validate": "cms_iso10002.complaints.communication_access.keep_on_complaint",
		"after_insert": [
			"cms_iso10002.complaints.correspondence.record_incoming_mail",
			"cms_iso10002.erpnext_bridge.issue.pass_mail_to_complaint",
		],
		"on_update": "cms_iso10002.erpnext_bridge.issue.pass_attachments_to_complaint",
		"on_trash": "cms_iso10002.complaints.safekeeping.refuse_deletion",
	},
}

scheduler_events = {
	"cron": {
		"*/5 * * * *": [
			"cms_iso10002.complaints.correspondence.collect_failed_deliveries",
			"cms_iso10002.complaints.mailbox.fetch_all",
			"cms_iso10002.complaints.sweep.run",
			"cms_iso10002.complaints.summary.refresh_recent",
		],
		"0 6 * * *": ["cms_iso10002.complaints.digest.send_all"],
	},
	"daily": [
		"cms_iso10002.complaints.sealing.make_daily_seal",
		"cms_iso10002.portal.feedback_requests.run",
		"cms_iso10002.iso_10002.reminders.run",
		"cms_iso10002.complaints.effectiveness.run",
	],
	"daily_long": [
		"cms_iso10002.complaints.summary.rebuild",
		"cms_iso10002.complaints.privacy.run",
		"cms_iso10002.iso_10002.objectives.refresh_all",
	],
	"weekly_long": [
		"cms_iso10002.complaints.verification_record.verify_and_keep",
		"cms_iso10002.complaints.signals.run",
	],
}

has_permission = {
	"Complaint Action": "cms_iso10002.complaints.corrective_actions.has_permission",
	"Complaint Other Affected": "cms_iso10002.complaints.permissions.belonging",
	"Complaint Reportability": "cms_iso10002.complaints.permissions.belonging",
	"Communication": "cms_iso10002.complaints.communication_access.communication",
	"Complaint": "cms_iso10002.complaints.permissions.complaint",
	"Complaint Actor": "cms_iso10002.complaints.permissions.belonging",
	"Complaint Event": "cms_iso10002.complaints.permissions.belonging",
	"Complaint Letter": "cms_iso10002.complaints.permissions.belonging",
	"Complaint Mail Triage": "cms_iso10002.complaints.permissions.belonging",
	"Complaint Feedback": "cms_iso10002.complaints.permissions.belonging",
	"External Dispute": "cms_iso10002.complaints.permissions.belonging",
	"Prepared Report": "cms_iso10002.complaints.prepared.report",
	"File": "cms_iso10002.complaints.safekeeping.file_permission",
	"Complaint Group": "cms_iso10002.complaints.permissions.group",
	"Complaint Handler Training": "cms_iso10002.iso_10002.permissions.own",
	"Complaints Policy Acknowledgement": "cms_iso10002.iso_10002.permissions.own",
}

permission_query_conditions = {
	"Complaint Action": "cms_iso10002.complaints.corrective_actions.conditions",
	"Complaint Action Case": "cms_iso10002.complaints.corrective_actions.case_conditions",
	"Complaint Action Check": "cms_iso10002.complaints.corrective_actions.check_conditions",
	"Complaint Cause": "cms_iso10002.complaints.row_permissions.cause",
	"Complaint Other Affected": "cms_iso10002.complaints.others_affected.conditions",
	"Complaint Reportability": "cms_iso10002.complaints.reportability.conditions",
	"Complaint Why": "cms_iso10002.complaints.row_permissions.why",
	"Communication": "cms_iso10002.complaints.communication_access.conditions",
	"Complaint": "cms_iso10002.complaints.permissions.complaint_conditions",
	"Complaint Actor": "cms_iso10002.complaints.permissions.actor_conditions",
	"Complaint Event": "cms_iso10002.complaints.permissions.event_conditions",
	"Complaint Letter": "cms_iso10002.complaints.permissions.letter_conditions",
	"Complaint Mail Triage": "cms_iso10002.complaints.permissions.triage_conditions",
	"Complaint Feedback": "cms_iso10002.complaints.permissions.feedback_conditions",
	"External Dispute": "cms_iso10002.complaints.permissions.dispute_conditions",
	"Prepared Report": "cms_iso10002.complaints.prepared.conditions",
	"File": "cms_iso10002.complaints.file_access.conditions",
	"Complaint Group": "cms_iso10002.complaints.permissions.group_conditions",
	"Complaint Handler Training": "cms_iso10002.iso_10002.permissions.training_conditions",
	"Complaints Policy Acknowledgement": "cms_iso10002.iso_10002.permissions.acknowledgement_conditions",
	"Complaint Aspect": "cms_iso10002.complaints.row_permissions.aspect",
	"Complaint Concerned Person": "cms_iso10002.complaints.row_permissions.concerned_person",
	"Complaint Decision": "cms_iso10002.complaints.row_permissions.decision",
	"Complaint Extension": "cms_iso10002.complaints.row_permissions.extension",
	"Complaint Milestone": "cms_iso10002.complaints.row_permissions.milestone",
	"Complaint Redress": "cms_iso10002.complaints.row_permissions.redress",
	"Complaint Relation": "cms_iso10002.complaints.row_permissions.relation",
	"Complaint Subject": "cms_iso10002.complaints.row_permissions.subject",
	"External Dispute Request": "cms_iso10002.complaints.row_permissions.dispute_request",
	"Complaint Case Audit Sample": "cms_iso10002.iso_10002.audit_rows.sample_conditions",
	"Complaint Case Audit Finding": "cms_iso10002.iso_10002.audit_rows.finding_conditions",
}

# What is only counted from other records keeps none of them from being deleted.
ignore_links_on_delete = ["Complaint Count"]

# The portal gives letters what people without e-mail answer with, and the link to rate our handling.
complaint_action_code = ["cms_iso10002.portal.links.action_code"]
complaint_tracking_url = ["cms_iso10002.portal.links.tracking_url"]
complaint_feedback_url = ["cms_iso10002.portal.links.feedback_url"]

# Files of the record that fewer people may read than what they are attached to: each is asked (file, user).
complaint_file_permission = ["cms_iso10002.iso_10002.pack_access.file_permission"]

# Rows that nobody edits: Frappe writes them anew on every migrate. What people may edit is seeded, from fixtures/seed.
fixtures = [{"dt": "ISO 10002 Clause", "filters": [["is_standard", "=", 1]]}]

# Who knows how many sales there were (first day, last day, company): the last one hooked is asked.
iso_10002_sales = ["cms_iso10002.erpnext_bridge.sales.invoices"]
# The same of one item (item, first day, last day, company).
complaint_item_sales = ["cms_iso10002.erpnext_bridge.sales.of_item"]
# Who knows which customers bought what (field, values, first day, last day, company).
complaint_buyers = ["cms_iso10002.erpnext_bridge.others_affected.buyers"]
# Where actions on complaints stand as records of quality management.
complaint_action_records = {
	"make": "cms_iso10002.erpnext_bridge.quality_records.make",
	"link": "cms_iso10002.erpnext_bridge.quality_records.link",
	"show": "cms_iso10002.erpnext_bridge.quality_records.show",
	"reopen": "cms_iso10002.erpnext_bridge.quality_records.reopen",
}

# Who knows exchange rates (currency, wanted currency, day): the last one hooked is asked.
complaint_exchange_rate = ["cms_iso10002.erpnext_bridge.currency_exchange.rate"]
# … and how many by day or item group (which, first day, last day, "Invoices" or "Units Sold", filters): the last one too.
iso_10002_sales_by = ["cms_iso10002.erpnext_bridge.sales.by"]

# Who makes an action of a Complaint Signal (problem, signal) and gives its doctype and name: the last one hooked.
iso_10002_signal_action = ["cms_iso10002.erpnext_bridge.signal_action.make"]

# What sales know of the customer of a complaint (customer, company), for the side of its form.
complaint_customer_figures = ["cms_iso10002.erpnext_bridge.customer_figures.of"]

jinja = {
	"methods": [
		"cms_iso10002.complaints.printing.complaint_letter",
		"cms_iso10002.complaints.printing.complaint_form",
		"cms_iso10002.complaints.printing.complaint_follow_up",
		"cms_iso10002.complaints.eight_d.complaint_8d",
		"cms_iso10002.iso_10002.printing_policy.complaints_policy",
		"cms_iso10002.iso_10002.printing_reports.case_audit_report",
		"cms_iso10002.iso_10002.printing_reports.management_review_minutes",
		"cms_iso10002.iso_10002.printing_assessment.self_assessment_report",
		"cms_iso10002.iso_10002.printing_assessment.statement_of_evidence",
	]
}

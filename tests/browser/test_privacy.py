"""A Complaint Manager at the desk: a person's complaints are found, one is held back, released, and anonymised."""

from __future__ import annotations

MAKE = """async (email) => {
	const doc = await frappe.xcall("frappe.client.insert", {doc: {
		doctype: "Complaint", subject: "Zoë's kettle", description: "It leaks.", channel: "Phone",
		complainant_name: "Zoë Zander", complainant_email: email,
	}});
	await frappe.xcall("cms_iso10002.complaints.actions.apply_action", {
		complaint: doc.name, action: "Withdraw", data: {words: "Never mind, says Zoë"},
	});
	return doc.name;
}"""


def dialog_of(page):
	dialog = page.locator(".modal.show .modal-dialog").last
	dialog.wait_for()
	return dialog


def from_menu(page, label: str) -> None:
	"""Choose from the page's menu."""
	page.locator(".page-container:visible .menu-btn-group > button").click()
	page.locator(".page-container:visible .menu-btn-group .dropdown-item", has_text=label).first.click()


def test_a_person_s_complaint_is_found_held_back_and_anonymised(page, login, shot):
	login(page)
	page.goto("/app/complaint")
	page.wait_for_function("window.cur_list && cur_list.doctype === 'Complaint'")
	email = f"zoe{page.evaluate('Date.now()')}@zander.test"
	name = page.evaluate(MAKE, email)

	from_menu(page, "A Person's Complaints")
	dialog = dialog_of(page)
	dialog.locator('input[data-fieldname="email"]').fill(email)
	dialog.get_by_role("button", name="Find", exact=True).click()
	row = dialog.locator(".person-complaints tbody tr", has_text=name)
	row.get_by_text("Yes", exact=True).wait_for()
	shot("privacy-person")
	row.get_by_role("link").click()
	page.wait_for_function(f"() => window.cur_frm && cur_frm.doc.name === '{name}'")

	from_menu(page, "Hold Back From Anonymising")
	dialog = dialog_of(page)
	dialog.locator('textarea[data-fieldname="reason"]').fill("a lawsuit")
	dialog.get_by_role("button", name="Save").click()
	page.wait_for_function("() => cur_frm.doc.retention_hold_reason === 'a lawsuit'")
	from_menu(page, "Anonymise")
	dialog_of(page).get_by_text("It is held back: a lawsuit").wait_for()
	shot("privacy-held-back")
	dialog_of(page).locator(".btn-modal-close").click()
	page.wait_for_function("() => !document.querySelector('.modal.show')")
	from_menu(page, "Hold Back From Anonymising")
	dialog_of(page).locator('textarea[data-fieldname="reason"]').fill("")
	dialog_of(page).get_by_role("button", name="Save").click()
	page.wait_for_function("() => !cur_frm.doc.retention_hold_reason")

	from_menu(page, "Anonymise")
	dialog = dialog_of(page)
	dialog.locator('select[data-fieldname="basis"]').select_option("Request of the Person")
	dialog.locator('textarea[data-fieldname="reason"]').fill("asked for by letter")
	shot("privacy-anonymise")
	dialog.get_by_role("button", name="Erase for Good").click()
	page.wait_for_function("() => cur_frm.doc.anonymised_on && cur_frm.doc.subject === '[anonymised]'")
	page.evaluate("cur_frm.fields_dict.sb_trust.collapse(false)")
	page.locator(".complaint-events", has_text="Anonymised").wait_for()
	assert "Zoë" not in page.evaluate("JSON.stringify(cur_frm.doc)")
	page.locator(".complaint-events").scroll_into_view_if_needed()
	shot("privacy-anonymised")


CONFIDENTIAL = """() => frappe.xcall("frappe.client.insert", {doc: {
	doctype: "Complaint", subject: "In confidence", description: "It leaks.", channel: "Phone", is_anonymous: 1,
	confidentiality: "Restricted",
}}).then(doc => doc.name)"""
COUNT = "([doctype, filters]) => frappe.db.count(doctype, {filters})"


def test_reading_by_rest_and_print_is_put_down_for_good(page, login):
	"""A GET is rolled back at its end unless somebody asks for more: what is put down must stay."""
	login(page)
	page.goto("/app/complaint")
	page.wait_for_function("window.cur_list && cur_list.doctype === 'Complaint'")
	name = page.evaluate(CONFIDENTIAL)

	def views() -> int:
		return page.evaluate(COUNT, ["View Log", {"reference_doctype": "Complaint", "reference_name": name}])

	for number, path in enumerate(
		(
			f"/api/resource/Complaint/{name}",
			f"/api/method/frappe.client.get?doctype=Complaint&name={name}",
			f"/printview?doctype=Complaint&name={name}&format=Complaint Form",
		),
		1,
	):
		assert page.request.get(path).ok
		assert views() == number, path
	listed = ["Access Log", {"export_from": "Complaint", "method": "List"}]
	before = page.evaluate(COUNT, listed)
	assert page.request.get('/api/resource/Complaint?fields=["name","description"]').ok
	assert page.request.get('/api/resource/Complaint?fields=["name","status"]').ok
	assert page.evaluate(COUNT, listed) == before + 1

"""Ways into a case besides its key: a new key for a lost one, and the code of a letter for who has no e-mail."""

from __future__ import annotations

import pytest

from tests.browser.portal import PHONE, file_complaint, look, script, stands, word
from tests.browser.test_portal_access import faults, visit

GUEST = {"complainant_name": "Gerda Gast", "complainant_email": "gerda@gast.test"}
MAILED = """import frappe, re
frappe.init(site={site!r}, sites_path='.')
frappe.connect()
from email import message_from_string
from cms_iso10002.portal import renewal
renewal.send_link('REFERENCE', 'ADDRESS')
for row in frappe.get_all('Email Queue', dict(reference_name='REFERENCE'), ['name', 'message'], order_by='creation desc'):
    parts = message_from_string(row.message).walk()
    text = ' '.join(part.get_payload(decode=True).decode() for part in parts if part.get_content_type() == 'text/html')
    found = re.search(r'/complaint/track[^\\"\\' >]*renew=[^\\"\\' >]+', text)
    if found:
        print(found[0].replace('&amp;', '&'))
        break
frappe.db.commit()
frappe.destroy()"""
CODE = """import frappe
frappe.init(site={site!r}, sites_path='.')
frappe.connect()
from cms_iso10002.portal import keys
print(keys.action_code('REFERENCE'))
frappe.destroy()"""


pytestmark = pytest.mark.usefixtures("counted_anew")


def ask_for_key(page, reference: str, email: str) -> str:
	"""Fill in the form for a lost key; answers what the page says then."""
	page.goto("/complaint/track")
	page.locator("summary", has_text="I have lost my key").click()
	page.locator("#reissue-reference").fill(reference)
	page.locator("#reissue-email").fill(email)
	page.get_by_role("button", name="Send me a link").click()
	notice = page.locator("#outcome")
	notice.wait_for()
	assert page.evaluate("document.activeElement.id") == "outcome"
	return notice.inner_text()


def mailed_link(reference: str, email: str) -> str:
	"""The link that the job mailed to `email`; "" for none."""
	return script(MAILED.replace("REFERENCE", reference).replace("ADDRESS", email)).strip()


def test_a_lost_key_is_made_anew_by_who_reads_the_mail_of_the_case(page):
	reference, key = file_complaint(page, f"Key lost {word()}", photo=False, **GUEST)
	said = {
		ask_for_key(page, reference, "thief@evil.test"),
		ask_for_key(page, "CMP-1999-00001", GUEST["complainant_email"]),
		ask_for_key(page, reference, GUEST["complainant_email"]),
	}
	assert len(said) == 1  # nobody learns whether anything fits
	assert mailed_link(reference, "thief@evil.test") == ""
	link = mailed_link(reference, GUEST["complainant_email"])
	assert link.startswith("/complaint/track?") and key not in link
	page.goto(link)
	assert faults(page) == []
	look(page, reference, key)  # opening the link used nothing up
	page.goto(link)
	page.get_by_role("button", name="Get a new key").click()
	page.get_by_role("heading", name="Your new tracking key").wait_for()
	assert faults(page) == []
	new = page.locator("#key").inner_text()
	assert new.startswith("C-") and new != key
	page.get_by_role("button", name="See your complaint").click()
	stands(page, "Received")
	page.goto(link)  # a second time
	page.get_by_role("button", name="Get a new key").click()
	page.locator("#summary", has_text="This link was used before").wait_for()
	page.goto("/complaint/track")
	page.locator("#look-reference").fill(reference)
	page.locator("#look-key").fill(key)
	page.get_by_role("button", name="Show the complaint").click()
	page.locator("#summary", has_text="We find no complaint").wait_for()
	look(page, reference, new)


def by_code(page, reference: str, code: str) -> None:
	page.goto("/complaint/track")
	page.locator("#look-reference").fill(reference)
	page.locator("summary", has_text="I have a letter with a code").click()
	page.locator("#look-code").fill(code)
	page.get_by_role("button", name="Show the complaint").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_who_has_no_e_mail_answers_by_the_code_of_our_letter(browser, base_url, desk, scripts):
	me = desk.staff("anna")
	desk.become(me)
	reference = desk.make(
		"Complaint",
		subject=f"By letter {word()}",
		description="<p>It leaks.</p>",
		channel="Letter",
		complainant_name="Paula Post",
		complainant_address="Weg 1\n10115 Berlin",
	)
	desk.answer(reference, me, channel="Post")
	code = script(CODE.replace("REFERENCE", reference)).strip()
	with visit(browser, base_url, viewport=PHONE, java_script_enabled=scripts) as page:
		by_code(page, reference, "AAAA-BBBB-CCCC")
		assert "We find no complaint" in page.locator("#summary").inner_text()
		assert page.locator("#look-code").is_visible() and page.locator("#look-code").input_value() == ""
		by_code(page, reference, code.lower().replace("-", " "))
		stands(page, "Answered")
		assert faults(page) == [] if scripts else True
		page.get_by_label("No, I do not accept it").check()
		page.get_by_role("button", name="Send the answer").click()
		stands(page, "Not accepted")  # the code is carried on from step to step
		page.locator("summary", has_text="Ask for a review").click()
		page.get_by_role("button", name="Ask for a review").click()
		stands(page, "Being reviewed")
		assert code not in page.url

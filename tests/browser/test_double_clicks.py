"""Whoever clicks twice sends once: dialogs are disarmed when they are sent, and nobody sees a false refusal."""

from __future__ import annotations

from tests.browser.test_agent import agent as agent  # the fixture
from tests.browser.test_agent import make_complaint, open_form, press, set_values, wait_for_state


def posted(page, method: str) -> list[str]:
	"""Fills up with the calls of a method that the page makes."""
	found: list[str] = []
	page.on("request", lambda request: found.append(request.url) if request.url.endswith(method) else None)
	return found


def send_twice(page) -> None:
	"""Both clicks of a double click, the second while the dialog fades away or its call runs."""
	page.locator(".modal.show .btn-modal-primary:visible").last.wait_for()
	page.wait_for_timeout(500)  # faded in: Frappe ignores what is clicked before
	page.evaluate(
		"""() => {
			const button = [...document.querySelectorAll(".modal.show .btn-modal-primary")].pop();
			button.click(); button.click(); setTimeout(() => button.click(), 120);
		}"""
	)


def menu(page, group: str, label: str) -> None:
	page.locator(f'.inner-group-button[data-label="{group}"] > button:visible').click()
	page.locator(f'.inner-group-button[data-label="{group}"] .dropdown-item', has_text=label).first.click()


def answer(page, fieldname: str, value: str) -> None:
	page.locator(f'.modal.show [data-fieldname="{fieldname}"] :is(input, textarea):visible').last.fill(value)


def test_letters_actions_and_steps_are_sent_once(agent):
	page = agent
	name = make_complaint(page, preferred_channel="Phone")
	open_form(page, name)

	steps = posted(page, "complaints.actions.apply_action")
	press(page, "Acknowledge")
	page.locator('.modal.show [data-fieldname="channel"] select').select_option("Phone")
	send_twice(page)
	wait_for_state(page, "Acknowledged")
	page.wait_for_timeout(1000)
	assert len(steps) == 1 and not page.locator(".modal.show", has_text="Not Possible Yet").count()

	letters = posted(page, "correspondence.send_letter")
	menu(page, "Letter", "Progress Update")
	page.locator('.modal.show [data-fieldname="message"] textarea').fill("We have found the parcel.")
	page.locator('.modal.show [data-fieldname="channel"] select').select_option("Phone")
	send_twice(page)
	page.locator(".modal.show").wait_for(state="detached")
	page.wait_for_timeout(1500)
	assert len(letters) == 1

	# the same dialog can be opened again, and sent again
	menu(page, "Letter", "Progress Update")
	page.locator('.modal.show [data-fieldname="message"] textarea').fill("It is on its way.")
	page.locator('.modal.show [data-fieldname="channel"] select').select_option("Phone")
	send_twice(page)
	page.wait_for_timeout(1500)
	assert len(letters) == 2


def test_a_button_pressed_twice_opens_one_dialog_and_makes_one_action(agent):
	page = agent
	name = make_complaint(page)
	open_form(page, name)
	category = page.request.get('/api/resource/Complaint Category?filters=[["is_group","=",0]]').json()[
		"data"
	]
	set_values(page, {"category": category[0]["name"]})
	made = posted(page, "corrective_actions.create_action")
	menu(page, "Create", "Action")
	page.locator('.inner-group-button[data-label="Create"] .dropdown-item', has_text="Action").first.evaluate(
		"node => node.click()"
	)
	page.wait_for_timeout(700)
	assert page.locator(".modal.show").count() == 1
	answer(page, "title", "Check every seal")
	send_twice(page)
	page.locator(".modal.show").wait_for(state="detached")
	page.wait_for_timeout(1500)
	assert len(made) == 1

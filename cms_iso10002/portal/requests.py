"""What is the same for every request to the portal, page or API: nothing of it is kept, framed, or shows its inside."""

from typing import Any

import frappe

API = (
	"/api/method/cms_iso10002.portal.",
	"/api/v1/method/cms_iso10002.portal.",
	"/api/v2/method/cms_iso10002.portal.",
)
PAGES = ("/complaint/", "/complaints", "/complaints-policy")
HEADERS = {
	# keys lie in hidden fields: no other page may frame them, no cache and no back button bring them back
	"Cache-Control": "no-store",
	"X-Frame-Options": "SAMEORIGIN",
	"Content-Security-Policy": "frame-ancestors 'self'",
	"Referrer-Policy": "same-origin",
}


def before() -> None:
	"""before_request: what Frappe itself refuses (a value of another type) is answered without a traceback."""
	if _path().startswith(API):
		frappe.local.flags.disable_traceback = True


def after(response: Any = None, request: Any = None) -> None:
	"""after_request: the headers that an answer of the portal has; what it set itself stays."""
	path = _path()
	if response is None or not (path.startswith((*API, PAGES[0])) or path in PAGES):
		return
	for name, value in HEADERS.items():
		if name == "Cache-Control" or name not in response.headers:
			response.headers[name] = value


def _path() -> str:
	request = getattr(frappe.local, "request", None)
	return request.path if request else ""

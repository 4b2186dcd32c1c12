"""Print formats as PDF where nobody sits before a browser: rendered by WeasyPrint, with running feet and page numbers.

The templates are those of the print formats; they use names of our `jinja` hook only, so they need no print view around them.
Nothing is fetched from anywhere: an image is in the page, is a public file of this site, or is left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import frappe
from frappe import _
from frappe.utils import escape_html

STYLE = """
@page {{ size: A4; margin: 14mm 20mm 20mm 25mm;
	@bottom-left {{ content: {foot}; font: 8pt Helvetica, Arial, "Liberation Sans", sans-serif; color: #595959; }}
	@bottom-right {{ content: counter(page) " / " counter(pages); font: 8pt Helvetica, Arial, "Liberation Sans", sans-serif; color: #595959; }} }}
body {{ margin: 0; }}
#footer-html, .visible-pdf {{ display: none; }}
.print-format {{ margin: 0 !important; padding: 0 !important; }}
"""


def of_document(doc: Any, template: str, foot: str) -> bytes:
	"""A document by one of our templates ("cms_iso10002/…/x.html") as PDF; `foot` stands at the foot of each page.

	Raises frappe.ValidationError where the machine lacks what WeasyPrint needs.
	"""
	html = frappe.render_template(template, {"doc": doc, "letter_head": "", "no_letterhead": 1})
	return of_html(html, foot)


def of_html(body: str, foot: str, language: str = "en") -> bytes:
	"""A page's content as PDF."""
	weasyprint = _engine()
	style = STYLE.format(foot=_css_string(foot))
	page = (
		f'<!doctype html><html lang="{escape_html(language)}"><head><meta charset="utf-8"><title>{escape_html(foot)}</title>'
		f"</head><body>{body}</body></html>"
	)
	document = weasyprint.HTML(string=page, url_fetcher=_fetch, base_url="site:///")
	return document.write_pdf(stylesheets=[weasyprint.CSS(string=style, url_fetcher=_fetch)])


def _engine() -> Any:
	"""WeasyPrint, imported when needed: it loads libraries that a machine may lack."""
	try:
		import weasyprint
	except (ImportError, OSError) as error:
		frappe.log_error(title="WeasyPrint could not be loaded")
		frappe.throw(
			_(
				"PDFs can't be made on this server: WeasyPrint could not be loaded ({0}). On Debian it needs libpango."
			).format(error)
		)
	return weasyprint


def _css_string(text: str) -> str:
	"""A CSS string that holds `text`, whatever it holds."""
	return '"' + "".join(c if c.isalnum() or c in " .,-·" else f"\\{ord(c):x} " for c in text) + '"'


def _fetch(url: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
	"""WeasyPrint's fetcher: what is inside the page, and public files of this site. Everything else is refused."""
	from weasyprint import default_url_fetcher

	if url.startswith("data:"):
		return default_url_fetcher(url)
	parts = urlsplit(url)
	path = Path(unquote(parts.path))
	if parts.scheme == "site" and path.parts[:2] == ("/", "files"):
		folder = Path(frappe.get_site_path("public", "files")).resolve()
		file = folder.joinpath(*path.parts[2:]).resolve()
		if file.is_relative_to(folder) and file.is_file():
			return {"string": file.read_bytes()}
	raise ValueError(f"not fetched for a PDF: {url}")

"""Serves one site on one port of this machine, its assets and public files included.

python -m tests.runtime.inside.serve SITE PORT
"""

import logging
import os
import sys

import frappe.app
from frappe.middlewares import StaticDataMiddleware
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import run_simple


def main(site: str, port: int) -> None:
	sites_path = os.path.abspath(".")
	frappe.app._site, frappe.app._sites_path = site, sites_path
	served = SharedDataMiddleware(frappe.app.application, {"/assets": os.path.join(sites_path, "assets")})
	served = StaticDataMiddleware(served, {"/files": sites_path})
	logging.getLogger("werkzeug").setLevel(logging.INFO)
	run_simple("127.0.0.1", port, served, threaded=True)


if __name__ == "__main__":
	main(sys.argv[1], int(sys.argv[2]))

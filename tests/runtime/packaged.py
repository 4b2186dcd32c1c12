"""The packaged runtime: Frappe from PyPI, ERPNext's doctypes from a table, a MariaDB and a Redis of its own."""

import secrets
from pathlib import Path

from tests.runtime import assets, environments, places, spelling, stand_in
from tests.runtime.datastores import Database, OwnMariaDB
from tests.runtime.runtime import Runtime


class Packaged(Runtime):
	kind = "packaged"

	def find(self) -> None:
		self.python = environments.packaged(self.log)
		self.frappe_folder = spelling.spelled_back(environments.site_packages(self.python))
		self.erpnext_folder = stand_in.written()

	def app_folders(self) -> dict[str, Path]:
		return {
			"frappe": self.frappe_folder,
			"erpnext": self.erpnext_folder,
			places.APP: places.CHECKOUT,
		}

	def python_path(self) -> list[str]:
		return [str(self.frappe_folder), str(self.erpnext_folder)]

	def meet_services(self) -> None:
		super().meet_services()
		password = self.settings.setdefault("database_password", secrets.token_hex(16))
		self.mariadb = OwnMariaDB(self.home, self.own_port("mariadb", 21000), password)

	def start_database(self) -> None:
		self.mariadb.start()

	def database(self) -> Database:
		return self.mariadb.database

	def base_parts(self) -> list[str | bytes | Path]:
		folders = [self.frappe_folder.name, self.erpnext_folder.name]
		return [*folders, places.RUNTIME / "inside/setup_site.py"]

	def bundles(self) -> assets.Bundles:
		made_from = [self.frappe_folder.name, places.RUNTIME / "bundles/build.js"]
		made_from += [places.RUNTIME / "bundles/package-lock.json"]
		folder = places.shared("bundles-frappe", *made_from)
		return assets.build("frappe", self.frappe_folder / "frappe", folder, self.log)

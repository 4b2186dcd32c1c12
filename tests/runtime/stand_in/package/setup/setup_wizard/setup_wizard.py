"""What ERPNext's setup wizard leaves behind: the trees' roots, units, a company, the site's defaults."""

import frappe


def get_setup_stages(args=None):
	tasks = [{"fn": make_records, "args": args, "fail_msg": "Records"}]
	tasks.append({"fn": make_company, "args": args, "fail_msg": "Company"})
	return [{"status": "Setting up company", "fail_msg": "Failed to set up company", "tasks": tasks}]


def make_records(args):
	trees = {
		"Customer Group": ("All Customer Groups", ["Individual", "Commercial", "Non Profit", "Government"]),
		"Territory": ("All Territories", [args.get("country"), "Rest Of The World"]),
		"Supplier Group": ("All Supplier Groups", ["Services", "Local", "Hardware", "Distributor"]),
		"Item Group": ("All Item Groups", ["Products", "Raw Material", "Services", "Consumable"]),
	}
	for doctype, (root, leaves) in trees.items():
		field = frappe.scrub(doctype)
		_make(doctype, root, **{f"{field}_name": root, "is_group": 1})
		for leaf in leaves:
			_make(doctype, leaf, **{f"{field}_name": leaf, f"parent_{field}": root})
	for unit in ("Nos", "Unit", "Box", "Kg", "Hour"):
		_make("UOM", unit, uom_name=unit, must_be_whole_number=int(unit == "Nos"))
	for priority in ("Low", "Medium", "High"):
		_make("Issue Priority", priority)
	for title in ("Manager", "Engineer", "Customer Service Representative"):
		_make("Designation", title, designation_name=title)
	for name, side in (("Standard Selling", "selling"), ("Standard Buying", "buying")):
		_make("Price List", name, price_list_name=name, currency=args.get("currency"), enabled=1, **{side: 1})


def make_company(args):
	name, currency = args.get("company_name"), args.get("currency")
	company = _make(
		"Company",
		name,
		company_name=name,
		abbr=args.get("company_abbr"),
		default_currency=currency,
		country=args.get("country"),
	)
	_make("Department", "All Departments", department_name="All Departments", is_group=1)
	for department in ("Customer Service", "Quality Management", "Sales", "Production"):
		_make_in(company, "Department", department_name=department, parent_department="All Departments")
	_make_accounts(company)
	for field, value in (
		("default_company", name),
		("default_currency", currency),
		("country", company.country),
	):
		frappe.db.set_single_value("Global Defaults", field, value)
	for key, value in (("company", name), ("currency", currency), ("country", company.country)):
		frappe.db.set_default(key, value)


def _make_accounts(company):
	"""The accounts and the warehouse that a sale, a refund or a compensation asks for."""
	kinds = {
		"Debtors": ("Asset", "Receivable", "default_receivable_account"),
		"Sales": ("Income", "Income Account", "default_income_account"),
		"Customer Compensation": ("Expense", "Expense Account", "default_expense_account"),
		"Cash": ("Asset", "Cash", None),
	}
	for title, (root, kind, default) in kinds.items():
		account = _make_in(
			company,
			"Account",
			account_name=title,
			root_type=root,
			account_type=kind,
			account_currency=company.default_currency,
		)
		if default:
			company.db_set(default, account.name)
	company.db_set("cost_center", _make_in(company, "Cost Center", cost_center_name="Main").name)
	_make_in(company, "Warehouse", warehouse_name="Stores")


def _make(doctype, name, **values):
	return frappe.get_doc({"doctype": doctype, "name": name, "__newname": name, **values}).insert(
		ignore_permissions=True, ignore_mandatory=True, ignore_if_duplicate=True
	)


def _make_in(company, doctype, **values):
	return frappe.get_doc({"doctype": doctype, "company": company.name, **values}).insert(
		ignore_permissions=True, ignore_mandatory=True
	)

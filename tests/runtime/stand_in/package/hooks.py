app_name = "erpnext"
app_title = "ERPNext (stand-in)"
app_publisher = "cms_iso10002's tests"
app_description = "The few doctypes of ERPNext that cms_iso10002 touches"
app_email = "maintainers@cms-iso10002.example"
app_license = "GPL-3.0"

after_install = "erpnext.setup.install.after_install"
setup_wizard_stages = "erpnext.setup.setup_wizard.setup_wizard.get_setup_stages"
treeviews = ["Account", "Cost Center", "Customer Group", "Department", "Item Group", "Territory", "Warehouse"]

app_name = "cms_iso10002"
app_title = "Complaints (ISO 10002)"
app_publisher = "The cms_iso10002 authors"
app_description = "Complaints handling for ERPNext, aligned with ISO 10002:2018"
app_email = "maintainers@cms-iso10002.example"
app_license = "GPL-3.0"

# bench reads this line by regex: keep it literal and on one line.
required_apps = ["frappe/erpnext"]

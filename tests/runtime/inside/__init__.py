"""What runs under the runtime's own Python, with Frappe at hand and the working directory in `sites`."""

"""What the app brings to a site: names it must own, roles, workflow, seeds. See `install` and `uninstall`."""

"""Finds or makes a Frappe site to run this app on: see docs/runtime.md.

Standard library only, so that any Python from 3.10 on can start it: `python -m tests.runtime --help`.
"""

"""Complaints handling for ERPNext, aligned with ISO 10002:2018."""

__version__ = "0.1.0"

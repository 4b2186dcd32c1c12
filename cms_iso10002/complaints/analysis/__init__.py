"""What the reports on complaints share: filters, figures from the counts, what a viewer may tell apart, tables and charts."""

"""The self-assessment: an organisation answers, clause by clause, how it stands, beside what its records prove.

	filling     the questions of the catalogue become rows
	checks      what is wrong with an assessment, said when it is saved
	collecting  the figures of period and period before, in the background, written to the rows
	grounds     a row as the core reads it: the answer, and what supports it
	rows        answering row by row, so that several people can work at once
	actions     from a gap to a Quality Action, and whether it proved effective
	lifecycle   Draft → Under Review → Approved
	totals      what the rows add up to, beside the assessment before
	board       what the form shows

The rules of maturity are the core's (`core.maturity`). Rows are never written from a document that somebody saves:
an open form would undo what others answered meanwhile.
"""

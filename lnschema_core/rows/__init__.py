"""Rows of any registry, in few statements: found by many values, compared, checked, inserted and deleted. Names no registry."""

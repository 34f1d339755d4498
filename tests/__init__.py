"""The tests, by room. A package so that its helpers can be imported from anywhere."""

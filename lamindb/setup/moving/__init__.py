"""Moving the rows of an instance: to another database, into a file, and out of one. Whole or not at all."""

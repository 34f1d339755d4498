"""Schema packages as others write them, and what an instance does with those that can't be used."""

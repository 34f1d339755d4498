"""Do rows and objects agree? Checking, repairing, collecting garbage, and the cache, as functions on values."""

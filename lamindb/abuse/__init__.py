"""Many clients at work on an instance at once: how quick each kind of call is, and whether all they were told is true."""

"""Whole tables against criteria: what is expected of each column, all failures at once, mends, and annotated records."""

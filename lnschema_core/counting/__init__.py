"""Numbers of records that don't take longer the more there are."""

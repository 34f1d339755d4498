"""Values against a registry: what is known of them, what they stand for, and which records they mean."""

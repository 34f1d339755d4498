"""What is known of the past: how runs went, what they left and made again, and which records led to which."""

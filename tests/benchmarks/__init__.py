"""What things cost, beside what the bare libraries take in the same run."""

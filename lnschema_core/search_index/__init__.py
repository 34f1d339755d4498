"""What the database keeps so that names are found without reading all of them: keys of names, and trigrams of texts."""

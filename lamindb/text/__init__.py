"""Strings against vocabularies: ranking, lookup objects, inspections, synonyms. Knows no Django and no instance."""

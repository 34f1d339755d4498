"""Tests of the house: structure, doors, start-up."""

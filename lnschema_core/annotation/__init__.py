"""Annotating files and datasets: what they measure, slot by slot, and how they are labelled."""

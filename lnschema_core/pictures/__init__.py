"""Graphs as values: drawn, with many siblings as one, as Mermaid, tables or networks. Knows no registry and no Django."""

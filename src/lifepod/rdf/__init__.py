"""Graphs: Turtle, JSON-LD and patches; no I/O."""

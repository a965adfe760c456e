"""Importers, one small module per kind of export; found by entry point, imported by nobody."""

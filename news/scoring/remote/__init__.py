"""Analyzers that are servers of their own: requests to them, and their answers."""

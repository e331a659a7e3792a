"""Imports: files and mappings to events, and events to a real server."""

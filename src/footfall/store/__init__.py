"""The system of record: every table, the one writer, and a module for each noun."""

"""The steps that make the tables, oldest first."""

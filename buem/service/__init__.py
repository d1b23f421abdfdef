"""The batch service: jobs, buildings and results over HTTP, over the same engine."""

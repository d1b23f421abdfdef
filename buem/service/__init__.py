"""The engine over HTTP: jobs, templates, schedules, webhooks and a map. Nothing of it is imported by the engine."""

"""Many buildings: plan, pool, sinks."""

"""What a job can do, one module a type of operation."""

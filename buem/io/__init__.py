"""Readers and writers: `read_x`, `write_x`, nothing else."""

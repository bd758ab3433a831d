"""A driver for Lineside that is no part of it: a counting scale that speaks lines over TCP."""

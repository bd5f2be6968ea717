"""`make bench`: measures, and writes docs/benchmarks.md."""

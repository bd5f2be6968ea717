"""The parts of `make up`, run for real in a scratch directory."""

"""Tests of the stand-in plugins."""

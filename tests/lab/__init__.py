"""Nodekeep, from the settings of a stack to a block mined behind its endpoint."""

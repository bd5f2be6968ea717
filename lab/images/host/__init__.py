"""What is laid over Debian to make a host: units, and programs that run inside it."""

"""What a host needs beyond shell: standard library only, Python 3.9 (Amazon Linux 2023)."""

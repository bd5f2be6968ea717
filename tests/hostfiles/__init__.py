"""What runs on hosts, run for real; AWS and docker are programs on PATH that answer as told."""

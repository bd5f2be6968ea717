"""AWS on one machine: what `make up` prepares before the plain `pulumi up`."""

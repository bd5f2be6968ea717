"""Stand-ins for Pulumi's provider plugins and Python language host, where they cannot be had."""

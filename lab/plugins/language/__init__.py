"""The language host: what the Pulumi CLI asks for when a project's runtime is Python."""

"""The operator's command line: what a person does to a running stack."""

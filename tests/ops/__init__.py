"""The operator's commands against recorded answers of AWS."""

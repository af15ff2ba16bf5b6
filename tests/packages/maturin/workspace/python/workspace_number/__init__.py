"""The binding of a workspace."""

"""A package around what uniffi writes."""

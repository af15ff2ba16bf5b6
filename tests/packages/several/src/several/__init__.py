"""Two twin packages."""

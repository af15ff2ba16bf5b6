"""``twinwheel verify``: find the difference that the test suite did not."""

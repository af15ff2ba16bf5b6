"""What runs inside of the processes that run a suite: injection, proof and outcomes.

The runner copies this folder, as the package ``_twinwheel_inside``, to where a foreign interpreter
finds it. So it needs nothing but a Python from 3.8 on and, for ``plugin``, a pytest; and it imports
no other part of twinwheel. PYTEST_DONT_REWRITE
"""

"""Conformance: projects of other backends, built by those and by twinwheel, and compared.

``nox -s conformance`` runs it. Nothing is mocked, and nothing is left out without a reason.
"""

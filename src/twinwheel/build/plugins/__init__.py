"""Both halves for projects that keep their build backend.

hatchling and setuptools load the modules here by entry points. They ship the Python sources and
write the metadata, as they always do; what the builders make, the manifest and the tag are ours.
"""

"""Pages become articles, in a second process where there are many of them.

Nothing is imported here: that process needs a part of the package, and has to be ready soon.
"""

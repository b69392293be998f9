"""From an article as its layout read it to a line in ``items/``: normalise, resolve originals,
validate, store."""

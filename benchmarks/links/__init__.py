"""Every link of whole mirrors: in which forms they are found, and what becomes of each."""

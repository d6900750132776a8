// Nothing to call: the library replaces flock(2) where it is preloaded.

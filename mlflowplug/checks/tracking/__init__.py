"""The checks of the tracking store with a live subject, one file per kind of entity."""

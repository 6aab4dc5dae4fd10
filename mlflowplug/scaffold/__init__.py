"""From answers to a new plugin, or to a new type in a plugin that is there."""

"""What a new plugin is unless it is said otherwise: here, for the command line needs no more."""

AUTHOR = "The plugin's authors"
CI = "github"
LICENCE = "Apache-2.0"
PYTHON = ">=3.10"
STYLE = "standalone"

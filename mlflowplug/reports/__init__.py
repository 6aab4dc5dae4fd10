"""What people and programs read: each report is a small function over values."""

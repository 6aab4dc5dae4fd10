"""The database: connections, transactions and errors, for every store that keeps data in SQL."""

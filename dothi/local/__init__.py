"""A whole instance on this machine: database, demo province, worker and services."""

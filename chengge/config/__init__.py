"""Settings, addresses, the private PostgreSQL and the `chengge` command."""

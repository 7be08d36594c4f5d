"""The administrator's pages: what the city stands on, kept by hand. They write through `foundation.actions` and `organization.actions`."""

"""The tables of the field: component surveys, tracks and alarms."""

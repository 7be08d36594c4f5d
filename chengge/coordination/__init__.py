"""Coordination: the command axis in depth, where boundaries are unclear and four levels work as one."""

"""The office pages of the field: component surveys, the register of components, the roster, small things done on the spot."""

"""The pages of casework: desks, case, actions, reports, photos. They parse, call actions and queries, and render; rules stand elsewhere."""

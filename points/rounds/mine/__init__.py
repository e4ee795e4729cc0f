"""A member's own page, and what a person's and a household's pages say of points."""

"""Party organisations 党组织, memberships, posts and terms of office."""

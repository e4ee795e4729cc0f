"""The community's public notice 积分公示 of points given and exchanged."""

"""Party-member households 党员中心户: who looks after which homes."""

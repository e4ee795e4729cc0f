"""The security office: who works here, as what, and since when."""

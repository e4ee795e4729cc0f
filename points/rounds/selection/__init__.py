"""创先争优: rounds in which people are nominated, voted for or scored, made public and honoured."""

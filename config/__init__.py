"""Settings, policies, the model catalogue and the words that every room uses. Imports nothing of ours."""

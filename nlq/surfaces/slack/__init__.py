"""The Slack bot: questions by mention, direct message and /ask."""

"""Other people's semantic layers, read into ours and written from it. What cannot be carried is listed, never dropped."""

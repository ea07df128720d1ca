"""Offline evaluation: questions with known answers, run and scored by what was executed."""

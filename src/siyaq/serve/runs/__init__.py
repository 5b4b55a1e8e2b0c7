"""Runs of agents over HTTP: begun, watched, paused, planned anew, approved, cancelled."""

"""Servers to compare with: each sends the body of a POST to `/publish` to all clients of `/stream`."""

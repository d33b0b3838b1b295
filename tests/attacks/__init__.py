"""Submissions to the assignments, wrong and right ones, and what grades them."""

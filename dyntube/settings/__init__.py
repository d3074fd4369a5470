"""The settings, and where each is set.

In: the environment and `.streamlit/secrets.toml`. Out: `Settings`, or which of them are wrong.
"""

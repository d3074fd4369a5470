"""What is set, and where it stands.

In: the environment and `.streamlit/secrets.toml`. Out: `Settings`, or which of them are wrong.
"""

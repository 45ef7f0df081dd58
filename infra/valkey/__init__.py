"""The memory store: where its binary is, and a configuration under which nothing of a chat outlives the process."""

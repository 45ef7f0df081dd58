"""Who may read: the staff authority, its certificates, and the credentials of keys. Nothing here opens a chat."""

"""An OpenID Connect provider as a process of its own, for logins through one."""

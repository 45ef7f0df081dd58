"""Names of the NATS accounts: nothing passes from one to another but what ``infra.nats`` shares between them."""

SERVICES = "HAVRE"
"""The services, their users, and all streams."""

PARTNERS = "PARTNERS"
"""Partner systems: no streams, no service's subjects."""

ADMISSIONS = "$SYS.REQ.USER.AUTH"
"""Where a server asks whether somebody may connect whom it does not know itself."""

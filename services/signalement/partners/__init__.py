"""Partners: who takes reports. Registry, certificates, credentials, admission to NATS, and the commands about them."""

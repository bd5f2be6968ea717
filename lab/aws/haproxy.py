"""HAProxy's configuration, and what its statistics say."""

RELAY = """\
global
    maxconn 1024
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
listen aws
    bind :{port}
    server aws {target}
"""


def relay(port: int, target: str) -> str:
    """Return the configuration of a relay of one port."""
    return RELAY.format(port=port, target=target)

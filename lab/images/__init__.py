"""The images the lab starts from: its hosts, its vault, and the base of image builds."""

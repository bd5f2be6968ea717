"""The local AWS: MiniStack, with its truth mended where hosts, disks and balancers must be real.

Modules that import `ministack` run only in this package's own environment. The rules they follow
(`lifecycle`, `attachments`, `metadata`, `haproxy`, `documents`, ...) import nothing of it, so the
project's tests reach them.
"""

"""The images the lab starts from: its hosts, its vault, and the base of image builds.

A host is a container in which systemd is PID 1, cloud-init runs the instance's user data, and
Docker runs containers. It is started with every capability but SYS_RESOURCE (which not every
machine can give), without seccomp and AppArmor profiles, in a cgroup namespace of its own:
`tests/lab_images/machine.py` has the flags. It needs no --privileged, which would put the
machine's own devices into it.

In it: the local AWS at the address it has on the machine, the metadata service at its usual one,
volumes by `lab-plug` and `lab-unplug`. Exit code 130 means powered off (also by `docker stop`),
129 that it asked for a reboot and is to be started again.
"""

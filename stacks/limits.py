"""Limits of AWS's that settings are held against, each with its source."""

# gp3, since September 2025: 64 TiB, 80,000 operations and 2,000 MiB a second. Sources: CreateVolume
# in the EC2 API reference (botocore 1.44.5, service model ec2) and
# https://aws.amazon.com/about-aws/whats-new/2025/09/amazon-ebs-size-provisioned-performance-gp3-volumes/
GP3_GIB_MAX = 65_536
GP3_IOPS_MIN, GP3_IOPS_MAX = 3_000, 80_000
GP3_THROUGHPUT_MIN, GP3_THROUGHPUT_MAX = 125, 2_000

# https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html: 3,000 operations at any
# size, above that 500 for each GiB; 0.25 MiB/s for each operation a second.
GP3_IOPS_PER_GIB = 500
GP3_IOPS_PER_THROUGHPUT = 4

# A VPC is /16 to /28 (CreateVpc). The nodes' network is cut into a subnet for each zone, each with
# room for the load balancer (8 free addresses) and hosts; the vault's is a single subnet.
EDGE_PREFIXES = range(16, 25)
VAULT_PREFIXES = range(16, 29)

# A bucket's name has 63 characters at most (CreateBucket), the stack's among them: purpose, account
# and region take up to 38. Names with tighter limits are cut, and end in a hash.
NAME_MAX = 24

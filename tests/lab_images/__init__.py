"""The lab's images: what they are made from, what runs in them, how hosts behave."""

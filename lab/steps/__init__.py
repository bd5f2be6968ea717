"""The steps of `make up`, one a file: each says what it found or did."""

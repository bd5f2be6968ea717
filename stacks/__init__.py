"""Which nodes there are: settings, the coins' catalogue, and how components are composed."""

"""Where to spend the tip's time in one area: policies that see a map grow, and decide what next."""

"""Computing all matches anew: one complete generation beside the one readers see, activated at the end."""

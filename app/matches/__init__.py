"""Rankings: who fits whom, stored and kept up to date."""

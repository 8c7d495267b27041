"""The pages of the set-up; the settings of a connection show the same pages as tabs."""

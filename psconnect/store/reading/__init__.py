"""What a run reads: the staging, the last reading kept, what is carried over, and the rules between staged records."""

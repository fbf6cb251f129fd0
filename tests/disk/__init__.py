"""What reads and writes key files: order, modes, faults, crashes and races."""

"""What happens at the kerb: fines, permits, and what cameras see."""

"""The lives: people, households, tenures, landlords, and how they change from day to day."""

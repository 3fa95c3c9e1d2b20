"""People, households and landlords as they are shown: made from where records appear."""

"""DNA: the attributes of entities, made from the tables of the lake as they were known on a day."""

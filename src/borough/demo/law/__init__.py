"""The law: who needs a licence, who has one, and whom officers visited."""

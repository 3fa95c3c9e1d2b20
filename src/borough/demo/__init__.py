"""The synthetic borough: a whole fictional London borough made from a seed, its systems' extracts with faults in them, and the truth behind them.

It shares no code, constants or lists with the rest of Borough, so that it can judge the rest.
"""

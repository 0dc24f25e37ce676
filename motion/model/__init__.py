"""A motion model at run time: contract, graph, prompt, raw rollout. No correction of its output.

Builds on the ground alone.
"""

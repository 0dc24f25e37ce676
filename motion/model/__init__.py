"""A motion model as the product runs it: contract, graph, prompt. No stage and no person."""

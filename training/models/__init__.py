"""The kinds of networks, each with loss and exported step; no clips, pools or training runs."""

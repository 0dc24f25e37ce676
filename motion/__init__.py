"""What server and training both need: skeleton, motion, features, the model at run time."""

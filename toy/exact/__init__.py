"""The mathematics of a chapter is `toy.exact.<chapter>`; its public names are names of `toy`."""

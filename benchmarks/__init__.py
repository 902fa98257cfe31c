"""What `toy` costs beside what one would do instead: `make bench`, never collected by pytest."""

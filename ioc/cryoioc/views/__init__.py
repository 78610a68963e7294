"""What is generated from the declarations.  Rule of this folder: read the declarations, change nothing."""

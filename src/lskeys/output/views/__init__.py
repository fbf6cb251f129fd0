"""How each kind of result is shown: one file each, loaded with the commands that show it. Pure.

A column has two texts: `plain`, the whole value for programs, and `pretty` for people. JSON does
not depend on the columns; it has the shape and the names of the AWS CLI's output.
"""

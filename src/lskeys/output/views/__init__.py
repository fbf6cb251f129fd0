"""How each noun looks: one file a noun, loaded with the verb that shows it. Pure.

A column has two dresses: `plain` for programs (the whole value), `pretty` for people. JSON
follows the noun, not the columns, in the shape and with the names of the AWS CLI's own output.
"""

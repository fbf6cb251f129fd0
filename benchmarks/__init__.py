"""The cost of lskeys compared with the AWS CLI, measured on this machine; `make bench`."""

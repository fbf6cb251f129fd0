"""What lskeys costs beside the AWS CLI, measured on the machine it runs on; `make bench`."""

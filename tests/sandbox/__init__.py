"""The sandbox, driven from outside: by botocore, the AWS CLI, another SDK and raw sockets."""

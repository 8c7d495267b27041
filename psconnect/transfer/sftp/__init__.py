"""A folder on an SFTP server as a place for files. The client library is loaded when a connection is opened."""

"""What looks after the process and its data: health, metrics, logs, backup, doctor."""

"""The coordinating centre: receives, judges, keeps, averages, publishes and answers."""

"""What is compared beside the texts: hard gates, and how well fields, regions, readiness and money suit."""

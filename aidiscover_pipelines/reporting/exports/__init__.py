"""The plan and the inventory as files that other tools read, each exact to the template that its vendor publishes."""

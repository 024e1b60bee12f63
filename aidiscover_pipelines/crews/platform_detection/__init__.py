"""How far discovery can be automated: Asset Intelligence, Platform Detection, Pattern Recognition."""

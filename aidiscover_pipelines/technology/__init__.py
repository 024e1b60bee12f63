"""Technologies by name: a catalogue of products, how people write them, and when their vendors stop supporting them."""

"""Cloud accounts as inventories. A cloud is one module and one row here; its SDK loads on the first scan.

Each function takes the settings and returns a `ports.CloudInventory`.
"""

CLOUDS: dict[str, str] = {
    "aws": "resources.clouds.aws:aws_inventory",
}

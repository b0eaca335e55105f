"""What IP rights are worth: one module a method, uncertainty, attribution to rights, and value as collateral."""

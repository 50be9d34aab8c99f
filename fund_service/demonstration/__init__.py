"""The invented fund at work: vehicles, money and deals, brought to where they stand by the service's own commands."""

"""What stands around every page: filters, header, menus, how fresh the views are."""

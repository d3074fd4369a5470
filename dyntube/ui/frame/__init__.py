"""The frame around every page: filters, header, menus, freshness."""

"""What one page draws and no other."""

"""What changes from one edition of the catalogue to another, in words (版本差异)."""

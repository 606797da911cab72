"""The story of supervision (事中事后监管): from a filed rule to a restriction and out of it again."""

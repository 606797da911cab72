"""The catalogue of measures (目录): the law as data, one edition at a time; and the reading of its files."""

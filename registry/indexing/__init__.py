"""The base of the index as files (索引文件): every subject's record by position, mapped into memory and
shared by all processes of a machine, so that a registry of ten million subjects starts in seconds."""

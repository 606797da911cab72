"""The law in code and data: catalogue, admission, effects, verdict (目录、准入、效果、结论). Pure."""

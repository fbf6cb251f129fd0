"""Results as table, text, csv, json and jsonl, notes, prompts; Rich's only home."""

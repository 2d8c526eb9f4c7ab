"""`ai-afm bench gate`: poisoned rounds must not get through the gate, good ones must."""

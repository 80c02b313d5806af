"""Where issues come from: each source knows its protocol, fills the raw tables, and knows no rule."""

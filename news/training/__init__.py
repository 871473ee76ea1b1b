"""Train the analyzers from labelled headlines. Needs the extra `train`; nothing that serves the site imports this."""

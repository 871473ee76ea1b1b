"""Make the weights of the analyzers from labelled headlines. Nothing that scores imports this."""
